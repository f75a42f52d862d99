import BuiltIns
import CIFARResNet
import Engine
import LeNet
import MLP
import ResNet18
import Testing
import Unlearning
import VGG

@Suite("Memory estimates of models") struct ModelSizeTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var imageShape: [Int]
    var batch: Int
    var make: @Sendable () throws -> any Architecture
    var testDescription: String { "\(name) \(imageShape) × \(batch)" }
  }

  private static let cases = [
    Case(name: "lenet5", imageShape: [32, 32, 3], batch: 64) { try LeNet5(.init()) },
    Case(name: "mlp", imageShape: [32, 32, 3], batch: 16) { try MultilayerPerceptron(.init()) },
    Case(name: "mlp", imageShape: [28, 28, 1], batch: 256) { try MultilayerPerceptron(.init()) },
    Case(name: "cifar-resnet", imageShape: [32, 32, 3], batch: 32) { try CIFARResidualNetwork(.init()) },
    Case(name: "vgg", imageShape: [32, 32, 3], batch: 16) {
      var parameters = VGGNetwork()
      (parameters.depth, parameters.width) = (11, 16)
      return try VGGNetwork(parameters)
    },
    Case(name: "resnet18", imageShape: [32, 32, 3], batch: 16) {
      var parameters = ResidualNetwork18()
      parameters.width = 16
      return try ResidualNetwork18(parameters)
    },
  ]

  @Test("count what a model has, and about what a training step takes", arguments: cases)
  private func size(_ given: Case) throws {
    let architecture = try given.make()
    let size = ModelSize(
      body: try architecture.body(imageShape: given.imageShape), imageShape: given.imageShape, classCount: 10)
    let random = RandomSource(seed: 1)
    let shape = given.imageShape
    let bytes = try MemoryMeter.measure { () throws -> Void in
      var model = try architecture.makeClassifier(imageShape: shape, classCount: 10, random: random)
      #expect(size.parameters == model.parameters.scalarCount)
      #expect(size.features == model.featureCount)
      var draw = random.stream("images")
      let images = Tensor(normal: [given.batch] + shape, random: &draw)
      let labels = (0..<given.batch).map { $0 % 10 }
      var optimizer = TrainingRecipe().makeOptimizer()
      for _ in 0..<2 {
        let (_, gradients, _) = model.gradient(mode: .train(random)) { model, pass in
          model(Variable(images), in: pass).logits.crossEntropy(labels)
        }
        optimizer.update(&model.parameters, along: gradients, learningRate: 0.01)
      }
    }.peakBytes
    let estimate = size.trainingBytes(batch: given.batch, copies: 3)
    #expect(estimate >= bytes * 4 / 5, "estimated \(estimate), measured \(bytes)")
    #expect(estimate <= bytes * 2, "estimated \(estimate), measured \(bytes)")
  }

  @Test("models that no machine can hold are counted without an overflow")
  func overflow() throws {
    var parameters = MultilayerPerceptron()
    parameters.hidden = [Int](repeating: 65_536, count: 1000)
    let body = try MultilayerPerceptron(parameters).body(imageShape: [1024, 1024, 3])
    let size = ModelSize(body: body, imageShape: [1024, 1024, 3], classCount: 10)
    #expect(size.parameters == 3_145_728 * 65_536 + 999 * 65_536 * 65_536 + 1000 * 65_536 + 65_536 * 10 + 10)
    let outputs = 2_000_000 * (3_145_728 + 65_536_010)
    #expect(size.trainingBytes(batch: 1_000_000, copies: 4) == 4 * (4 * size.parameters + outputs))
    #expect(size.trainingBytes(batch: .max, copies: 3) == .max)
  }
}
