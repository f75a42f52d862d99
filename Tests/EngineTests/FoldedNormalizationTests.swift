import Engine
import Foundation
import Testing
import UnlearningTesting

// Without a tape, evaluation fuses convolution, normalization, residual and ReLU; with a tape they run separately.
@Suite struct FoldedNormalizationTests {
  struct Case: Sendable {
    var width: Int, height: Int, channels: Int
    var groups = 1, images = 3
  }

  /// Channels below, at and above the widths of vectors and of Winograd's algorithm; maps that are not whole tiles.
  static let cases = [
    Case(width: 7, height: 9, channels: 5), Case(width: 8, height: 8, channels: 16),
    Case(width: 9, height: 5, channels: 18, groups: 2), Case(width: 8, height: 16, channels: 32),
    Case(width: 13, height: 10, channels: 37), Case(width: 4, height: 4, channels: 300),
    Case(width: 5, height: 4, channels: 4, images: 18),
  ]

  private static func classifier(_ c: Case) -> Classifier {
    let body = Sequential([
      ("conv", Convolution(channels: c.channels, size: 3, padding: 1)), ("bn", BatchNorm(rectified: true)),
      ("grouped", Convolution(channels: c.channels, size: 3, padding: 1, groups: c.groups, hasBias: false)),
      ("bn2", BatchNorm()), ("block1", ResidualBlock(width: c.channels)),
      ("block2", ResidualBlock(width: c.channels + 3, stride: 2)),
      ("narrow", Convolution(channels: 64, size: 1)), ("bn3", BatchNorm(rectified: true)),
      ("strided", Convolution(channels: 64, size: 3, stride: 2, padding: 1)), ("bn4", BatchNorm(rectified: true)),
      ("pool", GlobalAveragePool()),
    ])
    var random = RandomSource(seed: 3).stream("folded \(c)")
    var model = Classifier(body: body, imageShape: [c.height, c.width, 3], classCount: 4, random: random)
    // Statistics, scales, shifts and biases other than the initial ones.
    for name in model.statistics.names {
      let shape = model.statistics[name]?.shape ?? []
      let variance = name.hasSuffix("running_var")
      model.statistics[name] = Tensor(
        uniform: shape, low: variance ? 0.5 : -1, high: variance ? 2 : 1, random: &random)
    }
    for name in model.parameters.names where name.contains("bn") || name.hasSuffix("bias") {
      model.parameters[name] = Tensor(
        uniform: model.parameters[name]?.shape ?? [], low: -1.5, high: 1.5, random: &random)
    }
    return model
  }

  static func violations() -> [String?] {
    cases.flatMap { c -> [String?] in
      let model = classifier(c)
      var random = RandomSource(seed: 4)
      let images = Tensor(normal: [c.images, c.height, c.width, 3], random: &random)
      let folded = model.evaluate(images)
      let pass = Pass(parameters: model.parameters, statistics: model.statistics, mode: .evaluate, tape: Tape())
      let apart = model(Variable(images), in: pass)
      return [(folded.features, apart.features.value), (folded.logits, apart.logits.value)].map { a, b in
        let tolerance = OperationCase.tolerance(3e-5, around: b.scalars.map(Double.init))
        return Comparison.difference(a, from: b, within: tolerance).map { "\(c): \($0)" }
      }
    }
  }

  @Test(arguments: InstructionSetTests.known) func agreesWithTheSeparateLayers(_ set: String) async {
    guard InstructionSetTests.others.contains(set) || set == Runtime.instructionSet else { return }
    await #expect(processExitsWith: .success) { [set] in
      InstructionSetTests.choose(set)
      record(Self.violations())
    }
  }

  /// The comparison is meaningful only if evaluation is computed differently.
  @Test func isAnotherComputation() {
    let model = Self.classifier(Self.cases[1])
    var random = RandomSource(seed: 4)
    let images = Tensor(normal: [3, 8, 8, 3], random: &random)
    let pass = Pass(parameters: model.parameters, statistics: model.statistics, mode: .evaluate, tape: Tape())
    #expect(model.evaluate(images).features != model(Variable(images), in: pass).features.value)
  }
}
