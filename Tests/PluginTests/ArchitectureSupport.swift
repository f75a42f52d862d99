import CIFARResNet
import Data
import Engine
import TestSupport
import Testing
import Unlearning

/// The small ResNet of `Golden/architectures` with what PyTorch made of it.
struct GoldenResNet: Decodable {
  var shape: [Int], labels: [Int]
  var pixels: [UInt8], mean: Float, deviation: Float
  var classes: Int, width: Int, depth: Int
  var parameters: [String: [Float]], gradients: [String: [Float]], trained: [String: [Float]]
  var statistics: [String: [Float]], saliency: [String: [Float]]
  var logits: [Float], evaluated: [Float], trajectory: [Float]
  var loss: Float

  static func load() throws -> GoldenResNet {
    try GoldenFile.read(GoldenResNet.self, "architectures", "resnet.json")
  }

  var data: Dataset {
    Dataset(
      name: "golden", classNames: (0..<classes).map { "\($0)" }, imageShape: Array(shape.dropFirst()),
      normalization: Normalization(
        mean: [Float](repeating: mean, count: 3), deviation: [Float](repeating: deviation, count: 3)), pixels: pixels,
      labels: labels)
  }
  var images: Tensor { data.images(Array(0..<shape[0])) }
  var run: Run { get throws { let fresh = try freshModel; return makeRun(forgotten: [1]) { _ in fresh } } }

  /// The model with random numbers.
  var freshModel: Classifier {
    get throws {
      var parameters = CIFARResidualNetwork()
      parameters.depth = depth
      parameters.width = width
      return try CIFARResidualNetwork(parameters).makeClassifier(
        imageShape: Array(shape.dropFirst()), classCount: classes, random: RandomSource(seed: 0))
    }
  }

  /// The model before training.
  var startModel: Classifier {
    get throws {
      var model = try freshModel
      model.parameters = try tensors(parameters)
      return model
    }
  }

  /// The model after ten steps.
  var trainedModel: Classifier {
    get throws {
      var model = try freshModel
      model.parameters = try tensors(trained)
      for (name, old) in zip(model.statistics.names, model.statistics.values) {
        model.statistics[name] = Tensor(try #require(statistics[name], "\(name)"), shape: old.shape)
      }
      return model
    }
  }

  /// Numbers by name as tensors under the names, and with the shapes, of the model's parameters.
  func tensors(_ numbers: [String: [Float]]) throws -> NamedTensors {
    let model = try freshModel
    try #require(Set(numbers.keys) == Set(model.parameters.names))
    var result = model.parameters
    for (name, old) in zip(model.parameters.names, model.parameters.values) {
      let values = try #require(numbers[name])
      try #require(values.count == old.count, "\(name)")
      result[name] = Tensor(values, shape: old.shape)
    }
    return result
  }
}
