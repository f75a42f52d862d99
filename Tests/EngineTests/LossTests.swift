import Engine
import Foundation
import Testing
import UnlearningTesting

extension OperationCase {
  static let losses: [OperationCase] = crossEntropies + divergences + squaredErrors

  private static func oneHot(_ labels: [Int], _ classes: Int, smoothing: Double = 0) -> Numbers {
    var targets = Numbers(zeros: [labels.count, classes]).map { _ in smoothing / Double(classes) }
    for (row, label) in labels.enumerated() { targets.values[row * classes + label] += 1 - smoothing }
    return targets
  }

  private static let crossEntropies: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("cross-entropy")
    return [(1, 2), (5, 3), (7, 10), (3, 17), (2, 100)].flatMap { rows, classes -> [OperationCase] in
      let logits = Numbers(uniform: [rows, classes], from: -4, to: 4, random: &random)
      let labels = (0..<rows).map { _ in random.integer(below: classes) }
      let weights = Numbers(uniform: [rows, classes], from: 0.1, to: 1, random: &random)
      let soft = Numbers(
        weights.values.enumerated().map { index, value in
          let start = index / classes * classes
          return Double(Float(value / weights.values[start..<start + classes].reduce(0, +)))
        }, shape: weights.shape)
      return [
        OperationCase(
          "cross-entropy with labels", [logits], engine: { $0[0].crossEntropy(labels) },
          reference: { referenceCrossEntropy($0[0], oneHot(labels, classes)) }),
        OperationCase(
          "cross-entropy with smoothing", [logits], engine: { $0[0].crossEntropy(labels, smoothing: 0.1) },
          reference: { referenceCrossEntropy($0[0], oneHot(labels, classes, smoothing: 0.1)) }),
        OperationCase(
          "cross-entropy with soft labels", [logits], engine: { $0[0].crossEntropy(soft.tensor) },
          reference: { referenceCrossEntropy($0[0], soft) }),
        // Rows that do not sum to 1 have a gradient, too.
        OperationCase(
          "cross-entropy with weights", [logits], engine: { $0[0].crossEntropy(weights.tensor) },
          reference: { referenceCrossEntropy($0[0], weights) }),
      ]
    }
  }()

  private static let divergences: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("divergence")
    return [[1, 2], [4, 3], [3, 10], [2, 19]].flatMap { shape in
      [0.5, 1, 4].flatMap { temperature -> [OperationCase] in
        let logits = Numbers(uniform: shape, from: -3, to: 3, random: &random)
        let teacher = Numbers(uniform: shape, from: -3, to: 3, random: &random)
        return [
          OperationCase(
            "divergence from the teacher, temperature \(temperature)", [logits, teacher],
            engine: { $0[0].divergence(from: $0[1], temperature: Float(temperature)) },
            reference: { divergence(of: $0[1], from: $0[0], temperature) }),
          OperationCase(
            "divergence of the teacher, temperature \(temperature)", [logits, teacher],
            engine: { $0[1].divergence(from: $0[0], temperature: Float(temperature)) },
            reference: { divergence(of: $0[0], from: $0[1], temperature) }),
        ].map { $0.with { $0.forwardTolerance = 2e-5 } }
      }
    }
  }()

  /// T²·mean over rows of Σ p·log(p/q).
  private static func divergence(of p: Numbers, from q: Numbers, _ temperature: Double) -> Numbers {
    let logP = referenceLogSoftmax(p.map { $0 / temperature })
    let logQ = referenceLogSoftmax(q.map { $0 / temperature })
    let sum = zip(logP.values, logQ.values).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    return .scalar(temperature * temperature * sum / Double(p.shape[0]))
  }

  private static let squaredErrors: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("squared error")
    return [[], [5], [3, 7]].map { shape in
      OperationCase(
        "squared error", [Numbers(uniform: shape, random: &random), Numbers(uniform: shape, random: &random)],
        engine: { $0[0].squaredError(to: $0[1]) },
        reference: {
          let difference = Numbers.zipped($0[0], $0[1], -)
          return .scalar((difference * difference).values.reduce(0, +) / Double(difference.count))
        })
    }
  }()
}

@Suite struct LossTests {
  @Test(arguments: OperationCase.losses)
  func agreesWithTheReference(_ operation: OperationCase) {
    #expect(operation.violations() == [])
  }

  @Test func confidentMistakesAreFiniteAndExact() {
    let loss = Variable(Tensor([1000, 0, -1000], shape: [1, 3])).crossEntropy([2])
    #expect(loss.value.scalar == 2000)
  }

  @Test func divergenceOfEqualLogitsIsZero() {
    let logits = Variable(Tensor([1, 2, 3, -4, 5, 0.5], shape: [2, 3]))
    #expect(logits.divergence(from: logits, temperature: 2).value.scalar.magnitude < 1e-7)
  }

  @Test func uniformSmoothingCostsNothingAtTheSmoothedDistribution() {
    // If p equals the smoothed target, the gradient vanishes.
    let target: [Float] = [0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3]
    let tape = Tape()
    let logits = tape.variable(Tensor(target, shape: [1, 3]).logarithm)
    let gradient = tape.gradients(of: logits.crossEntropy([0], smoothing: 0.1), for: [logits])[0]
    #expect(Comparison.difference(gradient.scalars, from: [0.0, 0, 0], within: Tolerance(absolute: 1e-7)) == nil)
  }
}
