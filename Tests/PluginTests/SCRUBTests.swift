import Data
import Engine
import SCRUB
import Testing
import Unlearning

@Suite struct SCRUBTests {
  @Test func agreesWithPyTorch() throws {
    let golden = try GoldenMethods.load()
    var parameters = TeacherStudentUnlearning.Parameters()
    parameters.training = golden.training
    parameters.training.schedule = .constant
    (parameters.alpha, parameters.gamma, parameters.temperature) = (0.5, 0.9, 2)
    parameters.decayEpochs = [2]
    parameters.decayFactor = golden.training.stepFactor
    try golden.check(TeacherStudentUnlearning(parameters), "scrub")
  }

  /// A known slip of a benchmark: the optimiser held the teacher's parameters, so that the student never moved.
  @Test func studentMovesAndTeacherStays() throws {
    let toy = try Toy()
    var parameters = TeacherStudentUnlearning.Parameters()
    parameters.training.learningRate = 0.01
    parameters.training.batchSize = 16
    parameters.training.epochs = 10
    parameters.maximisingEpochs = 5
    parameters.decayEpochs = []
    parameters.forgetBatchSize = 8
    let before = toy.original
    let model = try toy.unlearn(TeacherStudentUnlearning(parameters))
    #expect(toy.original.parameters == before.parameters)
    #expect(model.parameters != before.parameters)
    #expect(meanLoss(model, on: toy.forget) > meanLoss(before, on: toy.forget) + 0.1)
    #expect(accuracy(model, on: toy.retain) > 0.8)
  }

  @Test func withoutMaximisingTheForgetSetIsNotRead() throws {
    let toy = try Toy()
    var parameters = TeacherStudentUnlearning.Parameters()
    parameters.maximisingEpochs = 0
    let method = try TeacherStudentUnlearning(parameters)
    let fewer = try method.unlearn(
      toy.original, forget: toy.forget.selecting([0]), retain: toy.retain, run: toy.run)
    #expect(try toy.unlearn(method).parameters == fewer.parameters)
  }

  @Test func rewindReturnsOneOfTheEpochs() throws {
    let toy = try Toy()
    var parameters = TeacherStudentUnlearning.Parameters()
    parameters.training.learningRate = 0.05
    parameters.training.batchSize = 16
    parameters.training.epochs = 4
    parameters.maximisingEpochs = 4
    // The forget set is a part of a class, so that retained samples of the class can be found.
    let rows = toy.data.labels.indices.filter { toy.data.labels[$0] == 1 }
    let forget = toy.data.selecting(Array(rows.prefix(20)))
    let retain = toy.data.selecting(toy.data.labels.indices.filter { !rows.prefix(20).contains($0) })
    parameters.rewinds = true
    let run = toy.sampleRun
    let rewound = try TeacherStudentUnlearning(parameters).unlearn(
      toy.original, forget: forget, retain: retain, run: run)
    let epoch = try #require(run.notes["returned_epoch"])
    #expect((1...4).contains(epoch))
    parameters.rewinds = false
    parameters.training.epochs = Int(epoch)
    parameters.maximisingEpochs = Int(epoch)
    let stopped = try TeacherStudentUnlearning(parameters).unlearn(
      toy.original, forget: forget, retain: retain, run: toy.sampleRun)
    #expect(rewound.parameters == stopped.parameters)
  }

  @Test func rewindNeedsRetainedSamplesOfTheClass() throws {
    let toy = try Toy()
    var parameters = TeacherStudentUnlearning.Parameters()
    parameters.rewinds = true
    #expect(throws: UnlearningError.self) { try toy.unlearn(TeacherStudentUnlearning(parameters)) }
  }
}
