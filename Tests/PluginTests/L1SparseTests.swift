import Data
import Engine
import FineTune
import L1Sparse
import Testing
import Unlearning

@Suite struct L1SparseTests {
  private func method(_ change: (inout L1SparseUnlearning) -> Void = { _ in }) throws -> L1SparseUnlearning {
    var parameters = L1SparseUnlearning()
    change(&parameters)
    return try L1SparseUnlearning(parameters)
  }

  @Test func agreesWithPyTorch() throws {
    let golden = try GoldenPeers.load()
    func method(_ change: (inout L1SparseUnlearning) -> Void) throws -> L1SparseUnlearning {
      try self.method {
        $0.training = golden.training(epochs: golden.l1.epochs)
        $0.alpha = golden.l1.alpha
        change(&$0)
      }
    }
    for schedule in L1SparseUnlearning.Schedule.allCases {
      try golden.check(method { $0.penaltySchedule = schedule }, schedule.rawValue)
    }
    try golden.check(method { $0.epochsWithoutPenalty = 2 }, "free epochs")
    try golden.check(method { $0.pruningRate = golden.pruning }, "pruned")
  }

  @Test func withoutPenaltyIsFineTuning() throws {
    let toy = try Toy()
    var tuning = FineTuning()
    tuning.training = TrainingRecipe(epochs: 3, learningRate: 0.05, batchSize: 16)
    let expected = try toy.unlearn(FineTuning(tuning)).parameters
    #expect(
      try toy.unlearn(
        method {
          $0.training = tuning.training
          $0.alpha = 0
        }
      ).parameters == expected)
    #expect(
      try toy.unlearn(
        method {
          $0.training = tuning.training
          $0.epochsWithoutPenalty = 3
        }
      ).parameters == expected)
  }

  @Test func thinsTheModelAndNotesIt() throws {
    let toy = try Toy()
    func magnitude(_ alpha: Double) throws -> Double {
      let run = toy.run
      let model = try toy.unlearn(
        method {
          $0.alpha = alpha
          $0.training.batchSize = 16
          $0.training.learningRate = 0.05
        }, run: run)
      let note = try #require(run.notes["mean_magnitude"])
      let sum = model.parameters.values.flatMap(\.scalars).reduce(0.0) { $0 + Double(abs($1)) }
      #expect(abs(note - sum / Double(model.parameters.scalarCount)) < 1e-6)
      return note
    }
    #expect(try magnitude(0.01) < 0.9 * magnitude(0))
  }

  @Test func penaltiesByEpoch() throws {
    func penalties(_ change: (inout L1SparseUnlearning) -> Void) throws -> [Double] {
      let method = try method {
        $0.alpha = 8
        $0.training.epochs = 4
        change(&$0)
      }
      return (0..<4).map { method.alpha(epoch: $0) }
    }
    #expect(try penalties { _ in } == [8, 6, 4, 2])
    #expect(try penalties { $0.epochsWithoutPenalty = 2 } == [8, 4, 0, 0])
    #expect(try penalties { $0.penaltySchedule = .constant } == [8, 8, 8, 8])
    #expect(try penalties { $0.penaltySchedule = .increasing } == [0, 2, 4, 6])
    #expect(try penalties { $0.epochsWithoutPenalty = 9 } == [0, 0, 0, 0])
    #expect(L1SparseUnlearning().alpha == 5e-4)
  }

  @Test func prunedWeightsStayAtZero() throws {
    let toy = try Toy()
    let model = try toy.unlearn(
      method {
        $0.pruningRate = 0.5
        $0.alpha = 0
        $0.training.batchSize = 16
      })
    let mask = MagnitudePruning(of: toy.original.parameters, rate: 0.5).mask
    var pruned = 0
    for name in mask.names {
      let kept = try #require(mask[name]).scalars, after = try #require(model.parameters[name]).scalars
      let before = try #require(toy.original.parameters[name])
      if before.shape.count == 1 { #expect(!kept.contains(0), "\(name) is no matrix of weights") }
      for index in kept.indices where kept[index] == 0 {
        pruned += 1
        #expect(after[index] == 0)
      }
    }
    let weights = toy.original.parameters.values.filter { $0.shape.count > 1 }.reduce(0) { $0 + $1.count }
    #expect(pruned == weights / 2)
    // None that stayed is smaller than one that went.
    let pairs = zip(toy.original.parameters.values, mask.values).filter { $0.0.shape.count > 1 }
      .flatMap { zip($0.0.scalars.map(abs), $0.1.scalars) }
    let largestPruned = try #require(pairs.filter { $0.1 == 0 }.map(\.0).max())
    let smallestKept = try #require(pairs.filter { $0.1 == 1 }.map(\.0).min())
    #expect(largestPruned <= smallestKept)
  }

  @Test func refusesParametersOutOfRange() {
    let error = #expect(throws: ParameterError.self) {
      try method {
        $0.alpha = -1
        $0.pruningRate = 1
      }
    }
    #expect(error?.problems.map(\.parameter) == ["alpha", "pruning_rate"])
  }
}
