import Data
import Engine
import Retrain
import Testing
import Unlearning

@Suite struct RetrainTests {
  @Test func readsNothingButTheRetainSet() throws {
    let toy = try Toy()
    let method = try Retraining(Retraining())
    let model = try toy.unlearn(method)
    let stranger = Toy.classifier(RandomSource(seed: 99))
    let other = try method.unlearn(
      stranger, forget: toy.data.selecting([1]), retain: toy.retain, run: toy.run)
    #expect(model.parameters == other.parameters)
  }

  @Test func isTheTrainingOfTheOriginalOnTheRetainSet() throws {
    let toy = try Toy()
    let model = try toy.unlearn(try Retraining(Retraining()))
    #expect(model.parameters == (try toy.run.train(on: toy.retain, purpose: "retrain")).parameters)
    #expect(accuracy(model, on: toy.retain) > 0.95)
    #expect(accuracy(model, on: toy.forget) == 0)
  }

  @Test func anotherSeedGivesAnotherModel() throws {
    let toy = try Toy()
    let method = try Retraining(Retraining())
    let other = makeRun(seed: 6, forgotten: [1], makeClassifier: Toy.classifier)
    #expect(try toy.unlearn(method).parameters != (try toy.unlearn(method, run: other)).parameters)
  }

  @Test func refusesEmptySets() throws {
    let toy = try Toy()
    let method = try Retraining(Retraining())
    let none = toy.data.selecting([])
    #expect(throws: UnlearningError.emptyRetainSet) {
      try method.apply(to: toy.original, forget: toy.forget, retain: none, run: toy.run)
    }
    #expect(throws: UnlearningError.emptyForgetSet) {
      try method.apply(to: toy.original, forget: none, retain: toy.retain, run: toy.run)
    }
  }
}
