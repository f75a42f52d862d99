import CIFARResNet
import Engine
import Foundation
import LeNet
import MLP
import ResNet18
import Unlearning
import VGG

/// Times training steps and inference of one model: `engine-benchmark MODEL THREADS STEPS`, a JSON object on stdout.
@main enum EngineBenchmark {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    guard words.count == 3, let threads = Int(words[1]), let steps = Int(words[2]), threads > 0, steps > 2 else {
      FileHandle.standardError.write(
        Data("usage: engine-benchmark \(known.joined(separator: "|")) THREADS STEPS\n".utf8))
      exit(2)
    }
    Runtime.setThreadLimit(threads)
    var model = try model(named: words[0])
    var random = RandomSource(seed: 2)
    let images = Tensor(normal: [128] + model.imageShape, random: &random)
    let labels = (0..<128).map { $0 % 10 }
    var optimizer = SGD(momentum: 0.9, weightDecay: 5e-4)
    let training = seconds(steps) {
      let (_, gradients) = model.gradient(mode: .train(RandomSource(seed: 3))) { model, pass in
        model(Variable(images), in: pass).logits.crossEntropy(labels)
      }
      optimizer.update(&model.parameters, along: gradients, learningRate: 0.01)
    }
    let parameterCount = model.parameters.values.reduce(0) { $0 + $1.count }
    let inference = seconds(steps) { _ = model.evaluate(images) }
    print(
      "{\"model\": \"\(words[0])\", \"threads\": \(threads), \"batch\": 128, \"train_ms\": \(1000 * training), "
        + "\"infer_ms\": \(1000 * inference), \"parameters\": \(parameterCount), "
        + "\"instruction_set\": \"\(Runtime.instructionSet)\"}")
  }

  private static let known = ["resnet18", "resnet20", "resnet8", "vgg16", "lenet", "mlp"]

  private static func model(named name: String) throws -> Classifier {
    switch name {
    case "resnet20", "resnet8":
      var parameters = CIFARResidualNetwork.Parameters()
      parameters.depth = name == "resnet20" ? 20 : 8
      return try classifier(CIFARResidualNetwork(parameters), imageShape: [32, 32, 3])
    case "resnet18":
      return try classifier(ResidualNetwork18(ResidualNetwork18.Parameters()), imageShape: [32, 32, 3])
    case "vgg16":
      return try classifier(VGGNetwork(VGGNetwork.Parameters()), imageShape: [32, 32, 3])
    case "lenet":
      return try classifier(LeNet5(LeNet5.Parameters()), imageShape: [28, 28, 1])
    case "mlp":
      return try classifier(MultilayerPerceptron(MultilayerPerceptron.Parameters()), imageShape: [28, 28, 1])
    default:
      FileHandle.standardError.write(
        Data("unknown model '\(name)'; known: \(known.joined(separator: ", "))\n".utf8))
      exit(2)
    }
  }

  private static func classifier(_ architecture: some Architecture, imageShape: [Int]) throws -> Classifier {
    try architecture.makeClassifier(imageShape: imageShape, classCount: 10, random: RandomSource(seed: 1))
  }

  /// The median of `steps` runs after two that are not counted.
  private static func seconds(_ steps: Int, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    let times = (0..<steps + 2).map { _ in clock.measure(body) }.dropFirst(2).sorted()
    let median = times[times.count / 2]
    return Double(median.components.seconds) + Double(median.components.attoseconds) * 1e-18
  }
}
