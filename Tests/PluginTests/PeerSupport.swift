import Data
import Engine
import TestSupport
import Testing
import Unlearning

/// The normalized network of `Golden/peers` with what PyTorch made of it.
@dynamicMemberLookup
struct GoldenPeers {
  struct File: Decodable {
    struct Model: Decodable {
      var parameters: [String: [Double]], statistics: [String: [Double]]
    }
    struct Sparse: Decodable {
      var epochs: Int
      var alpha: Double
    }
    struct Scrub: Decodable {
      var epochs: Int, max_epochs: Int, thresholds: [Int]
      var alpha: Double, gamma: Double, temperature: Double
    }
    var classes: Int, side: Int, hidden: Int, forgotten: Int
    var mean: Float, deviation: Float
    var pixels: [UInt8], labels: [Int]
    var rate: Double, momentum: Double, decay: Double, factor: Double, pruning: Double
    var original: Model, results: [String: Model]
    var l1: Sparse, scrub: Scrub
  }
  let file: File
  let data: Dataset

  static func load() throws -> GoldenPeers {
    let file = try GoldenFile.read(File.self, "peers")
    let data = Dataset(
      name: "golden", classNames: (0..<file.classes).map { "\($0)" }, imageShape: [file.side, file.side, 1],
      normalization: Normalization(mean: [file.mean], deviation: [file.deviation]), pixels: file.pixels,
      labels: file.labels)
    return GoldenPeers(file: file, data: data)
  }

  subscript<T>(dynamicMember path: KeyPath<File, T>) -> T { file[keyPath: path] }

  var forget: Dataset { data.filter { $0 == file.forgotten } }
  var retain: Dataset { data.filter { $0 != file.forgotten } }
  /// One batch per set, as PyTorch had it.
  func training(epochs: Int) -> TrainingRecipe {
    TrainingRecipe(epochs: epochs, learningRate: file.rate, momentum: file.momentum, weightDecay: file.decay)
  }
  private func model(_ random: RandomSource) -> Classifier {
    let body = Sequential([("flatten", Flatten()), ("fc1", Linear(file.hidden)), ("norm", BatchNorm(rectified: true))])
    return Classifier(
      body: body, imageShape: [file.side, file.side, 1], classCount: file.classes, random: random)
  }
  var run: Run {
    let fresh = model(RandomSource(seed: 0))
    return makeRun(forgotten: [file.forgotten]) { _ in fresh }
  }
  var original: Classifier {
    var model = model(RandomSource(seed: 0))
    for (name, numbers) in file.original.parameters {
      model.parameters[name] = Tensor(numbers.map { Float($0) }, shape: model.parameters[name]?.shape ?? [])
    }
    for (name, numbers) in file.original.statistics {
      model.statistics[name] = Tensor(numbers.map { Float($0) }, shape: [numbers.count])
    }
    return model
  }

  /// Runs `method` and compares parameters and running statistics with those of PyTorch.
  func check(
    _ method: some UnlearningMethod, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let model = try method.unlearn(original, forget: forget, retain: retain, run: run)
    let expected = try #require(file.results[name])
    #expect(Set(model.parameters.names) == Set(expected.parameters.keys))
    for (tensors, numbers) in [(model.parameters, expected.parameters), (model.statistics, expected.statistics)] {
      for (parameter, values) in numbers {
        let found = try #require(tensors[parameter]).scalars.map(Double.init)
        expectNumbers(found, values, within: 1e-5, "\(name), \(parameter)", sourceLocation: sourceLocation)
      }
    }
  }
}

/// Four noisy classes and a model with batch normalization, whose train mode differs from its evaluate mode.
func normalizedToy() throws -> (toy: Toy, original: Classifier, run: Run) {
  let toy = try Toy()
  let makeClassifier: @Sendable (RandomSource) -> Classifier = { random in
    let body = Sequential([("flatten", Flatten()), ("fc1", Linear(12)), ("norm", BatchNorm(rectified: true))])
    return Classifier(body: body, imageShape: [4, 4, 1], classCount: 4, random: random)
  }
  let run = makeRun(forgotten: toy.forgotten, makeClassifier: makeClassifier)
  return (toy, try run.train(on: toy.data, purpose: "normalized"), run)
}
