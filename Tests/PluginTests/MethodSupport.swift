import Data
import Engine
import Foundation
import Logging
import TestSupport
import Testing
import Unlearning
import UnlearningTesting

/// Compares lengths, then numbers: |found − expected| ≤ tolerance·(1 + |expected|).
func expectNumbers(
  _ found: [some BinaryFloatingPoint], _ expected: [some BinaryFloatingPoint], within tolerance: Double,
  _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  let allowed = Tolerance(absolute: tolerance, relative: tolerance)
  guard let difference = Comparison.difference(found, from: expected, within: allowed) else { return }
  Issue.record("\(what): \(difference)", sourceLocation: sourceLocation)
}

/// The linear classifier of `Golden/methods` with what PyTorch made of it.
@dynamicMemberLookup
struct GoldenMethods {
  struct File: Decodable {
    struct Recipe: Decodable {
      var epochs: Int, step_epochs: Int
      var rate: Double, momentum: Double, decay: Double, step_factor: Double
    }
    struct Result: Decodable {
      var weight: [Double], bias: [Double]
    }
    var classes: Int, side: Int, forgotten: Int
    var mean: Float, deviation: Float
    var pixels: [UInt8], labels: [Int]
    var weight: [Float], bias: [Float]
    var recipe: Recipe
    var temperature: Double, tilt: Double, alpha: Double, forget_weight: Double, label_smoothing: Double
    var results: [String: Result]
    var masks: [String: [Int]]
  }
  let file: File
  /// All samples.
  let data: Dataset
  let forget: Dataset
  let retain: Dataset

  static func load() throws -> GoldenMethods {
    let file = try GoldenFile.read(File.self, "methods")
    let data = Dataset(
      name: "golden", classNames: (0..<file.classes).map { "\($0)" }, imageShape: [file.side, file.side, 1],
      normalization: Normalization(mean: [file.mean], deviation: [file.deviation]), pixels: file.pixels,
      labels: file.labels)
    return GoldenMethods(
      file: file, data: data, forget: data.filter { $0 == file.forgotten },
      retain: data.filter { $0 != file.forgotten })
  }

  subscript<T>(dynamicMember path: KeyPath<File, T>) -> T { file[keyPath: path] }

  /// One batch per set, as PyTorch had it.
  var training: TrainingRecipe {
    let recipe = file.recipe
    var training = TrainingRecipe(
      epochs: recipe.epochs, learningRate: recipe.rate, schedule: .step, stepEpochs: recipe.step_epochs,
      momentum: recipe.momentum, weightDecay: recipe.decay)
    training.stepFactor = recipe.step_factor
    return training
  }
  var run: Run {
    let (side, classes) = (file.side, file.classes)
    return makeRun(forgotten: [file.forgotten]) { linearClassifier(side: side, classes: classes, random: $0) }
  }
  var original: Classifier {
    var model = linearClassifier(side: file.side, classes: file.classes, random: RandomSource(seed: 0))
    model.parameters["head.weight"] = Tensor(file.weight, shape: [file.classes, file.side * file.side])
    model.parameters["head.bias"] = Tensor(file.bias, shape: [file.classes])
    return model
  }

  /// Runs `method` and compares the parameters with those of PyTorch.
  func check(
    _ method: some UnlearningMethod, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let model = try method.unlearn(original, forget: forget, retain: retain, run: run)
    let expected = try #require(file.results[name])
    for (parameter, numbers) in [("head.weight", expected.weight), ("head.bias", expected.bias)] {
      let found = try #require(model.parameters[parameter]).scalars
      expectNumbers(found, numbers, within: 2e-6, "\(name), \(parameter)", sourceLocation: sourceLocation)
    }
  }
}

private func linearClassifier(side: Int, classes: Int, random: RandomSource) -> Classifier {
  Classifier(body: Flatten(), imageShape: [side, side, 1], classCount: classes, random: random)
}

/// A run with seed `seed`, and a recipe that learns `Toy` in a second.
func makeRun(
  seed: UInt64 = 5, forgotten: [Int], makeClassifier: @escaping @Sendable (RandomSource) -> Classifier
) -> Run {
  var recipe = TrainingRecipe(epochs: 15, learningRate: 0.1, batchSize: 16)
  recipe.schedule = .cosine
  return Run(
    random: RandomSource(seed: seed), recipe: OriginalRecipe(recipe), makeClassifier: makeClassifier,
    request: forgotten.isEmpty ? .count(1) : .classes(forgotten),
    log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
}

/// Four classes of noisy 4×4 images; each class is bright in a different row, and rows 1 and 2 overlap.
struct Toy {
  let data: Dataset
  let forgotten: [Int]
  let original: Classifier

  /// A model trained on all classes; `forgotten` are those that requests name.
  init(forgotten: [Int] = [1], seed: UInt64 = 1) throws {
    self.forgotten = forgotten
    data = Self.dataset(seed: seed)
    original = try makeRun(seed: seed, forgotten: [], makeClassifier: Self.classifier).train(on: data, purpose: "toy")
  }

  static func dataset(seed: UInt64, perClass: Int = 40) -> Dataset {
    var random = RandomSource(seed: seed).stream("toy")
    var (pixels, labels): ([UInt8], [Int]) = ([], [])
    for _ in 0..<perClass {
      for label in 0..<4 {
        labels.append(label)
        for row in 0..<4 {
          for _ in 0..<4 {
            let isBright = row == label || (label == 2 && row == 1)
            pixels.append(UInt8(min(255, max(0, (isBright ? 170 : 80) + 40 * random.normal()))))
          }
        }
      }
    }
    return Dataset(
      name: "toy", classNames: ["a", "b", "c", "d"], imageShape: [4, 4, 1],
      normalization: Normalization(mean: [0.4], deviation: [0.25]), pixels: pixels, labels: labels)
  }

  @Sendable static func classifier(_ random: RandomSource) -> Classifier {
    let body = Sequential([("flatten", Flatten()), ("fc1", Linear(12)), ("relu1", ReLU())])
    return Classifier(body: body, imageShape: [4, 4, 1], classCount: 4, random: random)
  }

  var forget: Dataset { data.filter { forgotten.contains($0) } }
  var retain: Dataset { data.filter { !forgotten.contains($0) } }
  var run: Run { makeRun(forgotten: forgotten, makeClassifier: Self.classifier) }
  /// A run for a request about samples.
  var sampleRun: Run { makeRun(forgotten: [], makeClassifier: Self.classifier) }

  func unlearn(_ method: some UnlearningMethod, original: Classifier? = nil, run: Run? = nil) throws -> Classifier {
    try method.apply(to: original ?? self.original, forget: forget, retain: retain, run: run ?? self.run)
  }
}

/// Mean cross-entropy of `model` on `data`, in nats.
func meanLoss(_ model: Classifier, on data: Dataset) -> Double {
  let losses = Predictions(of: model, on: data).losses
  return losses.reduce(0, +) / Double(losses.count)
}

/// The fraction of samples that `model` classifies correctly.
func accuracy(_ model: Classifier, on data: Dataset) -> Double { Predictions(of: model, on: data).accuracy ?? .nan }
