import Data
import Engine
import FineTune
import SCRUB
import Testing
import Unlearning

@Suite struct SCRUBTests {
  private func method(_ change: (inout SCRUBUnlearning) -> Void = { _ in }) throws
    -> SCRUBUnlearning
  {
    var parameters = SCRUBUnlearning()
    change(&parameters)
    return try SCRUBUnlearning(parameters)
  }

  /// Maximization and minimization, T², the teacher in evaluate mode, the drops of the rate: `make.py` checks that a
  /// slip in any of them moves a parameter by more than the tolerance.
  @Test(arguments: [("scrub", 4), ("scrub, one max step", 1)]) func agreesWithPyTorch(name: String, epochs: Int) throws
  {
    let golden = try GoldenPeers.load()
    let method = try method {
      $0.alpha = golden.scrub.alpha
      $0.gamma = golden.scrub.gamma
      $0.temperature = golden.scrub.temperature
      $0.maximizingEpochs = golden.scrub.max_epochs
      $0.training = golden.training(epochs: epochs)
      $0.decayFactor = golden.factor
      $0.decayEpochs = golden.scrub.thresholds
    }
    try golden.check(method, name)
  }

  @Test func withoutMaximizationAndTeacherIsFineTuning() throws {
    let toy = try Toy()
    var tuning = FineTuning()
    tuning.training = TrainingRecipe(epochs: 3, learningRate: 0.05, batchSize: 16, schedule: .cosine)
    let model = try toy.unlearn(
      method {
        $0.maximizingEpochs = 0
        $0.alpha = 0
        $0.gamma = 1
        $0.training = tuning.training
      })
    #expect(model.parameters == (try toy.unlearn(FineTuning(tuning))).parameters)
    #expect(model.parameters != toy.original.parameters)
  }

  @Test func theStudentMovesAwayOnTheForgetSetAndStaysOnTheRetainSet() throws {
    let (toy, original, run) = try normalizedToy()
    let before = original.parameters
    let model = try toy.unlearn(
      method {
        $0.training.epochs = 10
        $0.maximizingEpochs = 4
        $0.training.learningRate = 0.02
        $0.training.batchSize = 16
        $0.forgetBatchSize = 16
      }, original: original, run: run)
    func divergence(_ data: Dataset) -> Float {
      let student = Variable(Predictions(of: model, on: data).logits)
      return student.divergence(from: Variable(Predictions(of: original, on: data).logits)).value.scalar
    }
    #expect(model.parameters != before)
    // The teacher is a value that nothing touched.
    #expect(original.parameters == before)
    #expect(divergence(toy.forget) > 4 * divergence(toy.retain))
    #expect(accuracy(model, on: toy.retain) > 0.8)
    #expect(meanLoss(model, on: toy.forget) > meanLoss(original, on: toy.forget) + 0.2)
  }

  /// Every parameter that the retain loss reaches belongs to the student and moves.
  @Test func theOptimizerHoldsTheStudent() throws {
    let (toy, original, run) = try normalizedToy()
    let model = try toy.unlearn(method { $0.training.batchSize = 16 }, original: original, run: run)
    for name in original.parameters.names { #expect(model.parameters[name] != original.parameters[name], "\(name)") }
    for name in original.statistics.names { #expect(model.statistics[name] != original.statistics[name], "\(name)") }
  }

  /// A student without normalization starts at the stationary point of its divergence: without weight decay the first
  /// pass of maximization does nothing.
  @Test func theFirstMaximizationOfAPlainNetworkIsIdle() throws {
    let toy = try Toy()
    func model(_ maxEpochs: Int, epochs: Int) throws -> NamedTensors {
      try toy.unlearn(
        method {
          $0.maximizingEpochs = maxEpochs
          $0.forgetBatchSize = 16
          $0.training = TrainingRecipe(epochs: epochs, learningRate: 0.05, batchSize: 16, weightDecay: 0)
        }
      ).parameters
    }
    let (idle, none) = (try model(1, epochs: 1), try model(0, epochs: 1))
    for (found, expected) in zip(idle.values, none.values) {
      expectNumbers(found.scalars, expected.scalars, within: 1e-4, "after one epoch")
    }
    let difference = zip(try model(2, epochs: 2).values, try model(0, epochs: 2).values)
      .map { ($0 - $1).magnitude.sum }.reduce(0, +)
    #expect(difference > 0.1)
  }

  /// 40 forgotten and 120 retained samples.
  @Test func eachSetHasItsBatchSize() throws {
    let toy = try Toy()
    let run = toy.run
    _ = try toy.unlearn(
      method {
        $0.training.epochs = 5
        $0.maximizingEpochs = 3
        $0.training.batchSize = 50
        $0.forgetBatchSize = 16
      }, run: run)
    #expect(run.notes["maximizing_steps"] == 9)
    #expect(run.notes["minimizing_steps"] == 15)
  }

  @Test func progressEndsAtOne() throws {
    let toy = try Toy()
    let last = RunNotes()
    var run = toy.run
    run.progress = { last["progress"] = max($0, last["progress"] ?? 0) }
    _ = try toy.unlearn(
      method {
        $0.training.batchSize = 50
        $0.forgetBatchSize = 16
      }, run: run)
    let progress = try #require(last["progress"])
    #expect(progress <= 1 && progress > 0.8)
  }

  @Test func rewindingReturnsTheNearestStudent() throws {
    #expect(Rewinding.nearest([0.1, 0.4, 0.9], to: 0.5) == 1)
    #expect(Rewinding.nearest([0.4, 0.6, 0.9], to: 0.5) == 1)
    #expect(Rewinding.nearest([], to: 0.5) == nil)

    // Half of the forgotten samples are of class 0 and half of class 1; the rest of both classes is retained.
    let toy = try Toy()
    let rows = toy.data.labels.indices.filter { toy.data.labels[$0] < 2 }.prefix(20)
    let forget = toy.data.selecting(Array(rows))
    let retain = toy.data.selecting(toy.data.labels.indices.filter { !rows.contains($0) })
    func unlearn(_ epochs: Int, rewind: Bool, run: Run) throws -> Classifier {
      try method {
        $0.rewinds = rewind
        $0.training = TrainingRecipe(epochs: epochs, learningRate: 0.1, batchSize: 16)
        $0.maximizingEpochs = 4
        $0.forgetBatchSize = 8
      }.unlearn(toy.original, forget: forget, retain: retain, run: run)
    }
    let run = toy.sampleRun
    let model = try unlearn(5, rewind: true, run: run)
    let epochs = Int(try #require(run.notes["returned_epoch"]))
    let reference = try #require(run.notes["rewind_reference"])
    #expect((1...5).contains(epochs) && (0...1).contains(reference))
    // Training for so many epochs, all else equal, gives the same student.
    let held = try Rewinding(forget: forget, retain: retain, share: 0.5, run: run)
    let again = try method {
      $0.training = TrainingRecipe(epochs: epochs, learningRate: 0.1, batchSize: 16)
      $0.maximizingEpochs = 4
      $0.forgetBatchSize = 8
    }.unlearn(toy.original, forget: forget, retain: held.training, run: toy.sampleRun)
    #expect(model.parameters == again.parameters)
  }

  @Test(arguments: [(0.5, [10, 5, 0, 0]), (0.1, [3, 1, 0, 0])])
  func heldOutSamplesHaveTheClassesOfTheForgetSet(share: Double, expected: [Int]) throws {
    let data = Toy.dataset(seed: 1)
    let ofClass = { (label: Int) in data.labels.indices.filter { data.labels[$0] == label } }
    let rows = Set(ofClass(0).prefix(10) + ofClass(1).prefix(5))
    let (forget, retain) = (
      data.selecting(rows.sorted()), data.selecting(data.labels.indices.filter { !rows.contains($0) })
    )
    let run = makeRun(forgotten: [], makeClassifier: Toy.classifier)
    let held = try Rewinding(forget: forget, retain: retain, share: share, run: run)
    #expect(held.heldOut.classSizes == expected)
    #expect(Set(held.heldOut.indices).isDisjoint(with: held.training.indices))
    #expect(Set(held.heldOut.indices).union(held.training.indices) == Set(retain.indices))
  }

  @Test func rewindingRefusesWholeClasses() throws {
    let toy = try Toy()
    let error = #expect(throws: UnlearningError.self) { try toy.unlearn(method { $0.rewinds = true }) }
    #expect("\(try #require(error))".contains("rewind"))
  }

  @Test func refusesParametersOutOfRange() {
    let error = #expect(throws: ParameterError.self) {
      try method {
        $0.temperature = 0
        $0.forgetBatchSize = 0
        $0.rewindShare = 1
      }
    }
    #expect(error?.problems.map(\.parameter) == ["temperature", "forget_batch_size", "rewind_share"])
  }
}
