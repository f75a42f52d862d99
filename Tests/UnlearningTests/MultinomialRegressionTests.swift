import TestSupport
import Testing
import Unlearning

@Suite("multinomial regression") struct MultinomialRegressionTests {
  struct Golden: Decodable {
    struct Problem: Decodable, Sendable, CustomTestStringConvertible {
      var name: String
      var width: Int
      var cost: Double
      var samples: [Double], labels: [Int], judged: [Double]
      var classes: [Int], weights: [Double], intercepts: [Double], predictions: [Int]

      var testDescription: String { name }
    }
    var problems: [Problem]
  }

  private static func problems() throws -> [Golden.Problem] {
    try GoldenFile.read(Golden.self, "multinomial-regression").problems
  }

  @Test("agrees with scikit-learn", arguments: try problems()) func scikitLearn(problem: Golden.Problem) throws {
    let rows = FeatureRows(problem.samples, width: problem.width)
    let regression = try MultinomialRegression(rows, labels: problem.labels, cost: problem.cost)
    #expect(regression.classes == problem.classes)
    ClassifierGolden.expectClose(regression.weights.values, problem.weights, tolerance: 1e-6, "weights")
    ClassifierGolden.expectClose(regression.intercepts, problem.intercepts, tolerance: 1e-6, "intercepts")
    #expect(try regression.predictions(FeatureRows(problem.judged, width: problem.width)) == problem.predictions)
  }

  @Test("two samples of two classes by hand") func byHand() throws {
    // By symmetry w = (−v, v) and b = 0 with samples at −1 and 1, where v = C / (1 + exp(2v)) · 2 and C = 1.
    let regression = try MultinomialRegression(FeatureRows([-1, 1]), labels: [4, 7])
    let v = regression.weights.values[1]
    ClassifierGolden.expectClose(regression.weights.values, [-v, v], tolerance: 1e-8, "opposite weights")
    ClassifierGolden.expectClose([v], [2 / (1 + ClassifierGolden.exponential(2 * v))], tolerance: 1e-7, "stationary")
    ClassifierGolden.expectClose(regression.intercepts, [0, 0], tolerance: 1e-8, "intercepts")
    #expect(try regression.predictions(FeatureRows([-0.1, 0.1])) == [4, 7])
  }

  @Test("no samples and NaN are refused, and one class alone is predicted") func limits() throws {
    #expect(throws: AttackError.emptySet("samples to fit a classifier to")) {
      try MultinomialRegression(FeatureRows([]), labels: [])
    }
    #expect(throws: AttackError.notFinite("features of fitted samples", row: 1)) {
      try MultinomialRegression(FeatureRows([1, .nan]), labels: [0, 1])
    }
    let single = try MultinomialRegression(FeatureRows([1, 2]), labels: [3, 3])
    #expect(try single.predictions(FeatureRows([-5, 5])) == [3, 3])
  }
}
