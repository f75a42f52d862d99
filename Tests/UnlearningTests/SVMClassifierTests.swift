import TestSupport
import Testing
import Unlearning

@Suite("support vector machine") struct SVMClassifierTests {
  struct Golden: Decodable {
    var problems: [Problem]

    struct Problem: Decodable, Sendable, CustomTestStringConvertible {
      var name: String
      var width: Int
      var kernel: String
      var gamma: Double
      var cost: Double
      var positives: [Double]
      var negatives: [Double]
      var probes: [Double]
      var decisionValues: [Double]
      var predictions: [Int]
      var supportVectors: Int
      var offset: Double

      var testDescription: String { name }

      func machine(cacheMegabytes: Double = 200) throws -> SupportVectorMachine {
        try SupportVectorMachine(
          positives: FeatureRows(positives, width: width), negatives: FeatureRows(negatives, width: width),
          kernel: kernel == "linear" ? .linear : .rbf(gamma: gamma), cost: cost, cacheMegabytes: cacheMegabytes)
      }
    }
  }

  private static func problems() throws -> [Golden.Problem] {
    try GoldenFile.read(Golden.self, "svm", "svm.json", isSnakeCase: true).problems
  }

  @Test("agrees with scikit-learn's SVC", arguments: try problems()) func scikitLearn(problem: Golden.Problem) throws {
    let machine = try problem.machine()
    let probes = FeatureRows(problem.probes, width: problem.width)
    // Both run the same solver on the same problem in the same order; sums differ in their order alone.
    ClassifierGolden.expectClose(machine.decisionValues(probes), problem.decisionValues, tolerance: 1e-9, problem.name)
    ClassifierGolden.expectClose([machine.offset], [problem.offset], tolerance: 1e-9, "offset of \(problem.name)")
    #expect(try machine.predictions(probes).map { $0 ? 1 : 0 } == problem.predictions)
    // Equal support vectors are merged, so there are no more of them.
    #expect(machine.supportVectors.count <= problem.supportVectors)
    #expect(machine.coefficients.count == machine.supportVectors.count)
    let count = (problem.positives.count + problem.negatives.count) / problem.width
    #expect(machine.supportShare == Double(problem.supportVectors) / Double(count))
  }

  @Test("the same samples give the same bits, with any cache") func deterministic() throws {
    for problem in try Self.problems() {
      let machine = try problem.machine()
      #expect(try problem.machine() == machine, "\(problem.name) again")
      #expect(try problem.machine(cacheMegabytes: 0.001) == machine, "\(problem.name) without a cache")
    }
  }

  @Test("exchanging the sides exchanges the verdicts") func symmetric() throws {
    let problem = try #require(Self.problems().first)
    let exchanged = try SupportVectorMachine(
      positives: FeatureRows(problem.negatives), negatives: FeatureRows(problem.positives),
      kernel: .rbf(gamma: problem.gamma), cost: problem.cost)
    let values = exchanged.decisionValues(FeatureRows(problem.probes)).map { -$0 }
    // The two problems are solved along different paths and stop within the tolerance of the solver.
    ClassifierGolden.expectClose(values, problem.decisionValues, tolerance: 1e-2, "exchanged")
  }

  @Test("parts two clouds") func parts() throws {
    let cloud = (0..<20).flatMap { [Double($0 % 5) / 5, Double($0 % 4) / 4] }
    let near = FeatureRows(cloud, width: 2)
    let far = FeatureRows(cloud.map { $0 + 5 }, width: 2)
    for kernel in [SupportVectorMachine.Kernel.linear, .rbf(gamma: 0.5)] {
      let machine = try SupportVectorMachine(positives: near, negatives: far, kernel: kernel, cost: 3)
      #expect(try machine.predictions(near).allSatisfy { $0 })
      #expect(try machine.predictions(far).allSatisfy { !$0 })
    }
  }

  @Test("a decision that is the same for all samples, and exact ties, are reported") func caveats() throws {
    let high = FeatureRows((0..<90).map { Double($0 % 10) / 10 })
    let rare = FeatureRows((0..<10).map { Double($0) / 10 })
    let constant = try SupportVectorMachine(positives: high, negatives: rare, kernel: .rbf(gamma: 1), cost: 3)
    let found = try constant.judge(FeatureRows([0.2, 0.4]), fitted: [high, rare])
    #expect(found.verdicts == [true, true] && found.caveats == [DecisionCaveat.constant])
    let (left, right) = (FeatureRows([0.1, 0.2]), FeatureRows([0.8, 0.9]))
    let machine = try SupportVectorMachine(positives: left, negatives: right, kernel: .linear, cost: 100)
    let one = try machine.judge(FeatureRows([0.1, 0.15]), fitted: [left, right])
    #expect(one.verdicts == [true, true] && one.caveats == [], "fitted samples are judged otherwise")
    // Equal samples on both sides: every coefficient has its opposite, and f(x) = 0 everywhere.
    let same = FeatureRows([0.5, 0.5, 0.5])
    let tied = try SupportVectorMachine(positives: same, negatives: same, kernel: .rbf(gamma: 1), cost: 3)
    let ties = try tied.judge(same, fitted: [same, same])
    #expect(tied.decisionValues(same) == [0, 0, 0])
    #expect(ties.caveats == [DecisionCaveat.constant, "an exact tie decides for 100 % of the judged samples"])
  }

  @Test("the median kernel value by hand") func medianKernel() {
    let rows = FeatureRows([0, 0, 1, 0, 0, 2], width: 2)
    // Squared distances 1, 4 and 5.
    ClassifierGolden.expectClose(
      [SupportVectorMachine.Kernel.rbf(gamma: 0.5).median(over: rows) ?? 0], [ClassifierGolden.exponential(-2)],
      tolerance: 1e-15, "median")
    #expect(SupportVectorMachine.Kernel.linear.median(over: rows) == 0)
    #expect(SupportVectorMachine.Kernel.linear.median(over: FeatureRows([1])) == nil)
  }

  @Test("standardized features by hand; a constant one is only moved") func standardization() throws {
    let sides = [FeatureRows([1, 7, 3, 7], width: 2), FeatureRows([5, 7], width: 2)]
    let scale = try Standardization(fittedTo: sides)
    // Mean 3, variance 8/3.
    let deviation = (8.0 / 3).squareRoot()
    ClassifierGolden.expectClose(scale.deviations, [deviation, 1], tolerance: 1e-15, "deviations")
    ClassifierGolden.expectClose(
      scale(FeatureRows([3, 7, 11, 9], width: 2)).values, [0, 0, 8 / deviation, 2], tolerance: 1e-15, "scaled")
    #expect(throws: AttackError.notFinite("features of fitted samples", row: 1)) {
      try Standardization(fittedTo: [FeatureRows([1, .nan])])
    }
  }

  @Test("one side alone, NaN and infinity are refused") func refused() throws {
    let some = FeatureRows([0.1, 0.2])
    let none = FeatureRows([])
    #expect(throws: AttackError.emptySet("positive samples to fit a classifier to")) {
      try SupportVectorMachine(positives: none, negatives: some, kernel: .linear, cost: 1)
    }
    #expect(throws: AttackError.emptySet("negative samples to fit a classifier to")) {
      try SupportVectorMachine(positives: some, negatives: none, kernel: .linear, cost: 1)
    }
    #expect(throws: AttackError.notFinite("features of positive samples", row: 1)) {
      try SupportVectorMachine(
        positives: FeatureRows([0, 0, 0, .nan], width: 2), negatives: FeatureRows([1, 1], width: 2), kernel: .linear,
        cost: 1)
    }
    let machine = try SupportVectorMachine(positives: some, negatives: FeatureRows([5]), kernel: .linear, cost: 1)
    #expect(throws: AttackError.notFinite("features of judged samples", row: 0)) {
      try machine.predictions(FeatureRows([.infinity]))
    }
    #expect(try machine.predictions(none) == [])
  }

  @Test("a cost or γ that libsvm refuses is an error with its words") func refusedByTheSolver() {
    let (left, right) = (FeatureRows([0.1]), FeatureRows([0.9]))
    #expect(throws: AttackError.unsolvable("C <= 0")) {
      try SupportVectorMachine(positives: left, negatives: right, kernel: .linear, cost: 0)
    }
    #expect(throws: AttackError.unsolvable("gamma < 0")) {
      try SupportVectorMachine(positives: left, negatives: right, kernel: .rbf(gamma: -1), cost: 1)
    }
  }
}
