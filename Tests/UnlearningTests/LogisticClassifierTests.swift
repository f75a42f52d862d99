import TestSupport
import Testing
import Unlearning

@Suite("logistic regression and ROC curve") struct LogisticClassifierTests {
  struct Golden: Decodable {
    var problems: [Problem]

    struct Problem: Decodable, Sendable, CustomTestStringConvertible {
      var name: String
      var width: Int
      var cost: Double
      var positives: [Double]
      var negatives: [Double]
      var weights: [Double]
      var intercept: Double
      var predictions: [Int]
      var area: Double

      var testDescription: String { name }
      var sides: (FeatureRows, FeatureRows) {
        (FeatureRows(positives, width: width), FeatureRows(negatives, width: width))
      }
    }
  }

  private static func problems() throws -> [Golden.Problem] {
    try GoldenFile.read(Golden.self, "logistic", "logistic.json", isSnakeCase: true).problems
  }

  @Test("agrees with scikit-learn", arguments: try problems()) func scikitLearn(problem: Golden.Problem) throws {
    let (positives, negatives) = problem.sides
    let regression = try LogisticRegression(positives: positives, negatives: negatives, cost: problem.cost)
    // scikit-learn's lbfgs stops at a gradient of about 1e-8 and not at the optimum itself.
    ClassifierGolden.expectClose(regression.weights, problem.weights, tolerance: 1e-6, "weights of \(problem.name)")
    ClassifierGolden.expectClose(
      [regression.intercept], [problem.intercept], tolerance: 1e-6, "intercept of \(problem.name)")
    let predictions = try regression.predictions(positives) + regression.predictions(negatives)
    #expect(predictions.map { $0 ? 1 : 0 } == problem.predictions)
  }

  @Test("the gradient of the objective vanishes", arguments: try problems()) func optimal(problem: Golden.Problem)
    throws
  {
    let (positives, negatives) = problem.sides
    let regression = try LogisticRegression(positives: positives, negatives: negatives, cost: problem.cost)
    var gradient = regression.weights + [0]
    for (samples, sign) in [(positives, 1.0), (negatives, -1.0)] {
      for (row, decision) in regression.decisionValues(samples).enumerated() {
        let slope = -problem.cost * sign / (1 + ClassifierGolden.exponential(sign * decision))
        for (column, value) in samples[row].enumerated() { gradient[column] += slope * value }
        gradient[problem.width] += slope
      }
    }
    let scale = problem.cost * (problem.positives + problem.negatives).reduce(1) { $0 + abs($1) }
    for (index, slope) in gradient.enumerated() {
      #expect(abs(slope) <= 1e-8 * scale, "\(problem.name)[\(index)]: \(slope) of \(scale)")
    }
  }

  @Test("the area under the ROC curve agrees with scikit-learn", arguments: try problems())
  func area(problem: Golden.Problem) throws {
    let first = { (rows: FeatureRows) in (0..<rows.count).map { rows[$0].first ?? 0 } }
    let curve = try ROCCurve(positives: first(problem.sides.0), negatives: first(problem.sides.1))
    ClassifierGolden.expectClose([curve.area], [problem.area], tolerance: 1e-12, problem.name)
    #expect(curve.falsePositiveRates.first == 0 && curve.truePositiveRates.first == 0)
    #expect(curve.falsePositiveRates.last == 1 && curve.truePositiveRates.last == 1)
    #expect(curve.balancedAccuracy >= 0.5 && curve.balancedAccuracy <= 1)
  }

  @Test("a curve by hand") func byHand() throws {
    // Descending: + 4, − 3, + 2 and − 2 together, − 1.
    let curve = try ROCCurve(positives: [4, 2], negatives: [3, 2, 1])
    ClassifierGolden.expectClose(
      curve.falsePositiveRates, [0, 0, 1.0 / 3, 2.0 / 3, 1], tolerance: 1e-15, "false positives")
    ClassifierGolden.expectClose(curve.truePositiveRates, [0, 0.5, 0.5, 1, 1], tolerance: 1e-15, "true positives")
    // Of six pairs the positive is higher in 3 + 1, and equal in one.
    ClassifierGolden.expectClose([curve.area], [4.5 / 6], tolerance: 1e-15, "area")
    ClassifierGolden.expectClose([curve.balancedAccuracy], [0.75], tolerance: 1e-15, "balanced accuracy")
    #expect(curve.truePositiveRate(atFalsePositiveRate: 0.1) == 0.5)
    #expect(curve.truePositiveRate(atFalsePositiveRate: 0.7) == 1)
  }

  @Test("one side alone and NaN are refused") func refused() {
    #expect(throws: AttackError.emptySet("positive samples to fit a classifier to")) {
      try LogisticRegression(positives: FeatureRows([]), negatives: FeatureRows([1]))
    }
    #expect(throws: AttackError.notFinite("features of negative samples", row: 2)) {
      try LogisticRegression(positives: FeatureRows([1]), negatives: FeatureRows([0, 1, .nan]))
    }
    #expect(throws: AttackError.emptySet("negative samples to fit a classifier to")) {
      try ROCCurve(positives: [1], negatives: [])
    }
  }
}
