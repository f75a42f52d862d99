import Engine
import Foundation
import ResNet18
import TestSupport
import Testing
import Unlearning

@Suite struct ResNet18Tests {
  @Test func hasTheKnownNumberOfParameters() throws {
    let model = try ResidualNetwork18(ResidualNetwork18()).makeClassifier(
      imageShape: [32, 32, 3], classCount: 10, random: RandomSource(seed: 1))
    #expect(model.parameters.scalarCount == 11_173_962)
    #expect(model.featureCount == 512)
  }

  /// torchvision's count for 1,000 classes; an image of 224 pixels passes.
  @Test func hasTheStemForLargeImages() throws {
    var parameters = ResidualNetwork18()
    parameters.stem = .large
    let model = try ResidualNetwork18(parameters).makeClassifier(
      imageShape: [224, 224, 3], classCount: 1000, random: RandomSource(seed: 1))
    #expect(model.parameters.scalarCount == 11_689_512)
    var random = RandomSource(seed: 2)
    #expect(model.evaluate(Tensor(normal: [1, 224, 224, 3], random: &random)).logits.isFinite)
  }

  @Test(arguments: [[32, 32, 3], [28, 28, 1], [7, 7, 2]]) func runsOnImages(imageShape: [Int]) throws {
    var parameters = ResidualNetwork18()
    parameters.width = 2
    let model = try ResidualNetwork18(parameters).makeClassifier(
      imageShape: imageShape, classCount: 3, random: RandomSource(seed: 1))
    var random = RandomSource(seed: 2)
    let output = model.evaluate(Tensor(normal: [2] + imageShape, random: &random))
    #expect(output.features.shape == [2, 16])
    #expect(output.logits.shape == [2, 3])
    #expect(output.logits.isFinite && output.logits.row(0) != output.logits.row(1))
  }

  @Test func refusesNoWidth() {
    var parameters = ResidualNetwork18()
    parameters.width = 0
    #expect(throws: ParameterError("width", "must be in [1, 8192], is 0")) { try ResidualNetwork18(parameters) }
  }

  /// Golden/weights/make.py wrote the file and what torchvision's network makes of it.
  struct GoldenWeights: Decodable {
    var width: Int, shape: [Int]
    var images: [Float], features: [Double]

    static let file = GoldenFile.url("weights", "weights.safetensors").path

    func architecture(weights: String = file) throws -> ResidualNetwork18 {
      var parameters = ResidualNetwork18()
      parameters.width = width
      parameters.stem = .large
      parameters.weights = weights
      return try ResidualNetwork18(parameters)
    }
  }

  @Test func beginsWithTorchvisionsWeights() throws {
    let golden = try GoldenFile.read(GoldenWeights.self, "weights")
    let architecture = try golden.architecture()
    let fresh = try architecture.makeClassifier(
      imageShape: Array(golden.shape.dropFirst()), classCount: 3, random: RandomSource(seed: 1))
    var model = fresh
    model.replaceWeights(by: try #require(architecture.initialWeights).tensors(for: fresh))
    let features = model.evaluate(Tensor(golden.images, shape: golden.shape)).features
    #expect(features.shape == [golden.shape[0], 8 * golden.width])
    expectNumbers(features.scalars, golden.features, within: 1e-5)
    #expect(model.headWeights == fresh.headWeights, "the head is fresh")
  }

  /// NaN in a file is no matter of the learning rate.
  @Test func namesATensorThatIsNotFinite() throws {
    var file = try SafeTensors([UInt8](Data(contentsOf: URL(filePath: GoldenWeights.file))))
    let name = "layer2.0.conv1.weight"
    var numbers = try #require(file.tensors[name]).scalars
    numbers[5] = .nan
    file.tensors[name] = Tensor(numbers, shape: try #require(file.tensors[name]).shape)
    let url = FileManager.default.temporaryDirectory.appending(path: "lacuna-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(file.encoded()).write(to: url)
    let golden = try GoldenFile.read(GoldenWeights.self, "weights")
    let architecture = try golden.architecture(weights: url.path)
    let fresh = try architecture.makeClassifier(
      imageShape: Array(golden.shape.dropFirst()), classCount: 3, random: RandomSource(seed: 1))
    let error = #expect(throws: WeightsError.self) { try architecture.initialWeights?.tensors(for: fresh) }
    #expect(
      error?.description
        == "weights of '\(url.path)': \"\(name)\" has numbers that are not finite (NaN or infinity)")
  }

  /// The file's head has seven classes; logits are those of torchvision's features and the file's head.
  @Test func keepsTheHeadWhereThatIsWanted() throws {
    let golden = try GoldenFile.read(GoldenWeights.self, "weights")
    let file = try SafeTensors([UInt8](Data(contentsOf: URL(filePath: GoldenWeights.file))))
    let weight = try #require(file.tensors["fc.weight"]), bias = try #require(file.tensors["fc.bias"])
    var parameters = ResidualNetwork18()
    parameters.width = golden.width
    parameters.stem = .large
    parameters.weights = GoldenWeights.file
    parameters.head = .keep
    let architecture = try ResidualNetwork18(parameters)
    let initial = try #require(architecture.initialWeights)
    #expect(initial.keepsHead)
    func fresh(_ classCount: Int) throws -> Classifier {
      try architecture.makeClassifier(
        imageShape: Array(golden.shape.dropFirst()), classCount: classCount, random: RandomSource(seed: 1))
    }
    var model = try fresh(7)
    model.replaceWeights(by: try initial.tensors(for: model))
    #expect(model.headWeights == weight)
    let length = 8 * golden.width
    let logits = (0..<golden.shape[0]).flatMap { image in
      (0..<7).map { label in
        (0..<length).reduce(Double(bias[label])) {
          $0 + golden.features[image * length + $1] * Double(weight[label * length + $1])
        }
      }
    }
    expectNumbers(model.evaluate(Tensor(golden.images, shape: golden.shape)).logits.scalars, logits, within: 1e-5)
    let other = try fresh(3)
    let error = #expect(throws: WeightsError.self) { try initial.tensors(for: other) }
    let reason = try #require(error).reason
    #expect(reason.contains("\"fc.weight\" has shape [7, 16], expected [3, 16]"))
    #expect(reason.hasSuffix("; with 'head: new' the file's own head is left out"))
    parameters.weights = nil
    #expect(throws: ParameterError.self) { try ResidualNetwork18(parameters) }
  }

  /// As PyTorch names the weights of a model that was trained on several devices.
  @Test func readsNamesOfWrappedModels() throws {
    let golden = try GoldenFile.read(GoldenWeights.self, "weights")
    let model = try golden.architecture().makeClassifier(
      imageShape: [16, 16, 3], classCount: 3, random: RandomSource(seed: 1))
    let plain = try #require(try golden.architecture().initialWeights).tensors(for: model)
    var file = try SafeTensors([UInt8](Data(contentsOf: URL(filePath: GoldenWeights.file))))
    file.tensors = NamedTensors(names: file.tensors.names.map { "module.\($0)" }, values: Array(file.tensors.values))
    file.integers = Dictionary(uniqueKeysWithValues: file.integers.map { ("module.\($0.key)", $0.value) })
    let wrapped = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
    try Data(file.encoded()).write(to: wrapped)
    defer { try? FileManager.default.removeItem(at: wrapped) }
    let found = try #require(try golden.architecture(weights: wrapped.path).initialWeights).tensors(for: model)
    #expect(Array(found.names) == Array(plain.names) && Array(found.values) == Array(plain.values))
  }

  /// The same weights as CIFAR ports name them, as models that normalize their input carry them, and as this program
  /// writes them: with windows first.
  @Test(arguments: [("shortcut", "linear", false), ("downsample", "fc", true), ("shortcut", "head", true)])
  func readsOtherNamesAndLayouts(shortcut: String, head: String, isExtended: Bool) throws {
    let golden = try GoldenFile.read(GoldenWeights.self, "weights")
    var parameters = ResidualNetwork18()
    (parameters.width, parameters.stem, parameters.head) = (golden.width, .large, .keep)
    parameters.weights = GoldenWeights.file
    let model = try ResidualNetwork18(parameters).makeClassifier(
      imageShape: [16, 16, 3], classCount: 7, random: RandomSource(seed: 1))
    let plain = try #require(ResidualNetwork18(parameters).initialWeights).tensors(for: model)
    var file = SafeTensors()
    if head == "head" {
      var trained = model
      trained.replaceWeights(by: plain)
      file = trained.checkpoint
    } else {
      file = try SafeTensors([UInt8](Data(contentsOf: URL(filePath: GoldenWeights.file))))
      let names = file.tensors.names.map {
        $0.replacing("downsample", with: shortcut).replacing("fc.", with: "\(head).")
      }
      file.tensors = NamedTensors(names: names, values: Array(file.tensors.values))
      file.integers = [:]
    }
    if isExtended {
      file.tensors["normalize.mean"] = Tensor(zeros: [1, 3, 1, 1])
      file.tensors["normalize.std"] = Tensor(zeros: [1, 3, 1, 1])
    }
    let other = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
    try Data(file.encoded()).write(to: other)
    defer { try? FileManager.default.removeItem(at: other) }
    parameters.weights = other.path
    let found = try #require(ResidualNetwork18(parameters).initialWeights).tensors(for: model)
    #expect(Array(found.names) == Array(plain.names) && Array(found.values) == Array(plain.values))
  }

  @Test func refusesTheWeightsOfAnotherArchitecture() throws {
    let golden = try GoldenFile.read(GoldenWeights.self, "weights")
    let weights = try #require(try golden.architecture().initialWeights)
    func failure(_ change: (inout ResidualNetwork18) -> Void) throws -> String {
      var parameters = ResidualNetwork18()
      parameters.width = golden.width
      parameters.stem = .large
      change(&parameters)
      let model = try ResidualNetwork18(parameters).makeClassifier(
        imageShape: [16, 16, 3], classCount: 3, random: RandomSource(seed: 1))
      let error = #expect(throws: WeightsError.self) { try weights.tensors(for: model) }
      return error.map { "\($0)" } ?? ""
    }
    let narrow = try failure { $0.width = 1 }
    #expect(narrow.hasPrefix("weights of '\(GoldenWeights.file)': "))
    #expect(narrow.contains("\"conv1.weight\" has shape [2, 3, 7, 7], expected [1, 3, 7, 7]"))
    #expect(try failure { $0.stem = .small }.contains("\"conv1.weight\" has shape [2, 3, 7, 7], expected [2, 3, 3, 3]"))
    let lenet = Classifier(
      body: Sequential([("flatten", Flatten()), ("fc1", Linear(4))]), imageShape: [4, 4, 3], classCount: 3,
      random: RandomSource(seed: 1))
    let other = #expect(throws: WeightsError.self) { try weights.tensors(for: lenet) }
    #expect(try #require(other).reason.contains("missing \"fc1.weight\", \"fc1.bias\""))
    #expect(try #require(other).reason.contains("unknown to the model \"bn1.bias\""))
    #expect(!(try #require(other).reason.contains("num_batches_tracked")))
  }

  @Test func saysWhichWeightsCannotBeRead() throws {
    let golden = try GoldenFile.read(GoldenWeights.self, "weights")
    let missing = try #require(try golden.architecture(weights: "/nowhere/at/all.safetensors").initialWeights)
    let model = try golden.architecture().makeClassifier(
      imageShape: [16, 16, 3], classCount: 3, random: RandomSource(seed: 1))
    let error = #expect(throws: WeightsError.self) { try missing.tensors(for: model) }
    #expect(error?.path == "/nowhere/at/all.safetensors")
    let short = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
    try Data(contentsOf: URL(filePath: GoldenWeights.file)).dropLast(1).write(to: short)
    defer { try? FileManager.default.removeItem(at: short) }
    let cut = try #require(try golden.architecture(weights: short.path).initialWeights)
    let damage = #expect(throws: WeightsError.self) { try cut.tensors(for: model) }
    #expect(try #require(damage).reason.contains("but the file ends at"))
  }
}
