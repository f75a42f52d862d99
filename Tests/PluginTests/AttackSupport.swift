import Engine
import Foundation
import TestSupport
import Testing
import Unlearning

/// Evidence and golden numbers for the tests of attacks and metrics.
enum AttackFixture {
  /// A golden file: a synthetic bank of logits and what NumPy and scikit-learn make of it.
  struct Golden: Decodable {
    var classCount: Int
    var forgottenClasses: [Int]
    var labels: [String: [Int]]
    var target: [String: [Double]]
    var retrained: [[String: [Double]]]
    var scores: [String: [String: [Double]]]?
    var miaSvc: [String: Double]?
    var miaThreshold: [String: Double]?
    var miaLogistic: Logistic?
    var miaNn: [Neighbor]?
    var totalVariation: [String: Distance]?
    var floor: [Distance]?
    var accuracy: [String: Double]?

    struct Logistic: Decodable {
      var members: [Double]
      var unseen: [Double]
      var splits: [Split]
      var accuracies: [Double]

      struct Split: Decodable {
        var membersFitted: [Int]
        var membersHeld: [Int]
        var unseenFitted: [Int]
        var unseenHeld: [Int]
      }
    }

    struct Neighbor: Decodable {
      var features: String
      var kernel: String
      var evaluate: Part
      var neighbor: String
      var scaling: String?
      var discriminators: String?
      var gap: Double
      var argmax: Double
      var kept: [Int]
      var statistics: [String: [Double]]
      var accuracies: [String: [Double]]
      var neighbors: [Int]
      var value: Double
      var floors: [Double]
    }

    struct Distance: Decodable {
      var each: Double
      var mean: Double
      var distribution: Double
      var perSample: [Double]
    }

    var context: EvidenceContext { AttackFixture.context(forgottenClasses, classCount) }
    var targetOutputs: ModelOutputs { outputs(target) }
    var retrainedOutputs: [ModelOutputs] { retrained.map(outputs) }

    func evidence(calibration: Calibration = Calibration()) -> Evidence {
      Evidence(
        target: targetOutputs, retrained: ModelBank(retrainedOutputs), context: context, calibration: calibration)
    }

    func evidence(ofRetrained position: Int, calibration: Calibration = Calibration()) -> Evidence {
      Evidence(
        target: retrainedOutputs[position], retrained: ModelBank(retrainedOutputs), targetPosition: position,
        context: context,
        calibration: calibration)
    }

    private func outputs(_ model: [String: [Double]]) -> ModelOutputs {
      ModelOutputs(
        Dictionary(
          uniqueKeysWithValues: Part.allCases.map { part in
            let labels = labels[part.rawValue] ?? []
            let logits = (model[part.rawValue] ?? []).map { Float($0) }
            return (part, AttackFixture.predictions(logits, labels, classCount: classCount, part: part))
          }))
    }
  }

  static func golden(_ name: String) throws -> Golden {
    try GoldenFile.read(Golden.self, "attacks", "\(name).json", isSnakeCase: true)
  }

  static func context(_ forgottenClasses: [Int], _ classCount: Int, seed: UInt64 = 1) -> EvidenceContext {
    EvidenceContext(
      forgottenClasses: forgottenClasses, classCount: classCount, classNames: (0..<classCount).map { "class \($0)" },
      random: RandomSource(seed: seed))
  }

  static func predictions(_ logits: [Float], _ labels: [Int], classCount: Int, part: Part) -> Predictions {
    // Train and test parts come from different sources; the parts of each have different places.
    let first = part == .forgetTrain || part == .forgetTest ? 100_000 : 0
    return Predictions(
      logits: Tensor(logits, shape: [labels.count, classCount]), features: nil, labels: labels,
      indices: labels.indices.map { first + $0 })
  }

  /// A model with normal logits, to which `favor(part, label)` is added at the label's class and at `neighbor`.
  static func model(
    labels: [Part: [Int]], classCount: Int, seed: UInt64,
    favor: (_ part: Part, _ label: Int) -> (label: Float, neighbor: (Int, Float)?)
  ) -> ModelOutputs {
    ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map { part in
          var random = RandomSource(seed: seed).stream(part.rawValue)
          var logits: [Float] = []
          let partLabels = labels[part] ?? []
          for label in partLabels {
            var row = (0..<classCount).map { _ in random.normal() }
            let favored = favor(part, label)
            row[label] += favored.label
            if let (neighbor, amount) = favored.neighbor { row[neighbor] += amount }
            logits += row
          }
          return (part, predictions(logits, partLabels, classCount: classCount, part: part))
        }))
  }

  /// `count` labels that go round through `classes`.
  static func labels(_ classes: [Int], _ count: Int) -> [Int] { (0..<count).map { classes[$0 % classes.count] } }

  /// The same model with one logit of `part` replaced.
  static func replacing(_ outputs: ModelOutputs, _ part: Part, row: Int, with value: Float) -> ModelOutputs {
    changing(outputs, part) { predictions in
      var logits = predictions.logits
      logits[row, 0] = value
      return Predictions(logits: logits, features: nil, labels: predictions.labels, indices: predictions.indices)
    }
  }

  /// The same model with the samples of `part` in another order.
  static func ordering(_ outputs: ModelOutputs, _ part: Part, _ rows: [Int]) -> ModelOutputs {
    changing(outputs, part) { $0.selecting(rows) }
  }

  /// The same model without samples in `part`.
  static func emptying(_ outputs: ModelOutputs, _ part: Part) -> ModelOutputs {
    changing(outputs, part) { $0.selecting([]) }
  }

  private static func changing(
    _ outputs: ModelOutputs, _ changed: Part, _ change: (Predictions) -> Predictions
  ) -> ModelOutputs {
    ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map { ($0, $0 == changed ? change(outputs[$0]) : outputs[$0]) }))
  }

  /// Expects `found` within `tolerance` of `expected`.
  static func expect(
    _ found: Double?, _ expected: Double?, tolerance: Double = 1e-12, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard let found, let expected, abs(found - expected) <= tolerance else {
      let numbers = [found, expected].map { number in number.map { "\($0)" } ?? "nothing" }
      Issue.record(
        "\(name): found \(numbers[0]), expected \(numbers[1]), tolerance \(tolerance)",
        sourceLocation: sourceLocation)
      return
    }
  }

  /// Expects equal counts and every pair within `tolerance`.
  static func expect(
    _ found: [Double]?, _ expected: [Double]?, tolerance: Double = 1e-12, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard let found, let expected, found.count == expected.count else {
      Issue.record(
        "\(name): found \(found?.count ?? -1) numbers, expected \(expected?.count ?? -1)",
        sourceLocation: sourceLocation)
      return
    }
    for (index, pair) in zip(found, expected).enumerated() where !(abs(pair.0 - pair.1) <= tolerance) {
      Issue.record(
        "\(name)[\(index)]: found \(pair.0), expected \(pair.1), tolerance \(tolerance)",
        sourceLocation: sourceLocation)
      return
    }
  }
}

extension [MeasuredValue] {
  /// The measurement of that name.
  func named(_ name: String) -> MeasuredValue? { first { $0.name == name } }
}
