import CIFARResNet
import Engine
import LeNet
import MLP
import ResNet18
import Unlearning
import VGG

/// A model with an optimizer and one batch that it trains on repeatedly.
struct BenchmarkModel {
  static let names = ["resnet18", "resnet20", "resnet8", "vgg16", "lenet", "mlp"]
  static let batch = 128

  private var classifier: Classifier
  private var optimizer = SGD(momentum: 0.9, weightDecay: 5e-4)
  private let images: Tensor
  private let labels = (0..<batch).map { $0 % 10 }

  /// The model with this name, one of `names`.
  init(_ name: String) throws {
    let (architecture, imageShape) = try Self.architecture(name)
    classifier = try architecture.makeClassifier(imageShape: imageShape, classCount: 10, random: RandomSource(seed: 1))
    var random = RandomSource(seed: 2)
    images = Tensor(normal: [Self.batch] + imageShape, random: &random)
  }

  private static func architecture(_ name: String) throws -> (any Architecture, imageShape: [Int]) {
    switch name {
    case "resnet20", "resnet8":
      var parameters = CIFARResidualNetwork()
      parameters.depth = name == "resnet20" ? 20 : 8
      return (try CIFARResidualNetwork(parameters), [32, 32, 3])
    case "resnet18": return (try ResidualNetwork18(ResidualNetwork18()), [32, 32, 3])
    case "vgg16": return (try VGGNetwork(VGGNetwork()), [32, 32, 3])
    case "lenet": return (try LeNet5(LeNet5()), [28, 28, 1])
    case "mlp": return (try MultilayerPerceptron(MultilayerPerceptron()), [28, 28, 1])
    default: preconditionFailure("no model has the name '\(name)'")
    }
  }

  var parameterCount: Int { classifier.parameters.values.reduce(0) { $0 + $1.count } }

  /// One training step.
  mutating func train() {
    let (images, labels) = (images, labels)
    let (_, gradients, _) = classifier.gradient(mode: .train(RandomSource(seed: 3))) { model, pass in
      model(Variable(images), in: pass).logits.crossEntropy(labels)
    }
    optimizer.update(&classifier.parameters, along: gradients, learningRate: 0.01)
  }

  /// The logits of one batch.
  func infer() { _ = classifier.evaluate(images) }
}
