import Data
import Engine
import FineTune
import L1Sparse
import Testing
import Unlearning

@Suite struct L1SparseTests {
  @Test func agreesWithPyTorch() throws {
    let golden = try GoldenMethods.load()
    var parameters = SparseUnlearning.Parameters()
    parameters.training = golden.training
    parameters.alpha = 0.1
    try golden.check(SparseUnlearning(parameters), "l1-sparse")
  }

  @Test func withoutPenaltyIsFineTuning() throws {
    let toy = try Toy()
    var parameters = SparseUnlearning.Parameters()
    parameters.alpha = 0
    var tuning = FineTuning.Parameters()
    tuning.training = parameters.training
    #expect(
      try toy.unlearn(SparseUnlearning(parameters)).parameters == toy.unlearn(FineTuning(tuning)).parameters)
  }

  @Test(arguments: [
    (SparseUnlearning.Schedule.decreasing, 0, [1.0, 0.75, 0.5, 0.25]), (.decreasing, 2, [1, 0.5, 0, 0]),
    (.constant, 1, [1, 1, 1, 0]), (.increasing, 0, [0, 0.25, 0.5, 0.75]),
  ])
  func penaltyFollowsItsSchedule(schedule: SparseUnlearning.Schedule, without: Int, expected: [Double]) throws {
    var parameters = SparseUnlearning.Parameters()
    (parameters.alpha, parameters.penaltySchedule, parameters.epochsWithoutPenalty) = (1, schedule, without)
    parameters.training.epochs = 4
    let method = try SparseUnlearning(parameters)
    #expect((0..<4).map(method.alpha) == expected)
  }

  @Test func penaltyShrinksParameters() throws {
    let toy = try Toy()
    func size(_ alpha: Double) throws -> Double {
      var parameters = SparseUnlearning.Parameters()
      parameters.alpha = alpha
      parameters.training.batchSize = 16
      return try toy.unlearn(SparseUnlearning(parameters)).parameters.values.reduce(0) { $0 + $1.magnitude.sum }
    }
    #expect(try size(1e-2) < 0.9 * size(0))
  }
}
