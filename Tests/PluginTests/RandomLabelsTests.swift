import Data
import Engine
import RandomLabels
import Testing
import Unlearning

@Suite struct RandomLabelsTests {
  private func training(_ change: (inout RandomLabelTraining) -> Void = { _ in }) -> RandomLabelTraining {
    var training = RandomLabelTraining(recipe: TrainingRecipe(epochs: 1, learningRate: 0.1))
    change(&training)
    return training
  }

  @Test func labelsComeFromTheAllowedClassesEvenly() throws {
    let toy = try Toy(forgotten: [1, 3])
    let forget = Toy.dataset(seed: 2, perClass: 600).filter { $0 == 1 }
    let expected: [(RandomLabelTraining.Choice, Set<Int>)] = [
      (.other, [0, 2, 3]), (.any, [0, 1, 2, 3]), (.retained, [0, 2]),
    ]
    for (choice, classes) in expected {
      let labels = try training { $0.choice = choice }.labels(for: forget, epoch: 0, run: toy.run)
      #expect(Set(labels) == classes, "\(choice)")
      for label in classes {
        let share = Double(labels.count { $0 == label }) / Double(labels.count)
        // Four standard deviations of a share of 600 draws.
        #expect(abs(share - 1 / Double(classes.count)) < 0.08, "\(choice), class \(label): \(share)")
      }
    }
  }

  @Test func retainedIsOtherForSampleRequests() throws {
    let toy = try Toy()
    let (other, retained) = (training(), training { $0.choice = .retained })
    let data = toy.data.selecting(Array(0..<50))
    #expect(
      try other.labels(for: data, epoch: 3, run: toy.sampleRun)
        == retained.labels(for: data, epoch: 3, run: toy.sampleRun))
  }

  @Test func labelsAreDrawnOnceOrInEachEpoch() throws {
    let toy = try Toy()
    let once = training { $0.redraw = .once }
    let first = try once.labels(for: toy.forget, epoch: 0, run: toy.run)
    #expect(try once.labels(for: toy.forget, epoch: 4, run: toy.run) == first)
    let anew = training()
    #expect(try anew.labels(for: toy.forget, epoch: 0, run: toy.run) == first)
    #expect(try anew.labels(for: toy.forget, epoch: 4, run: toy.run) != first)
  }

  @Test func aLabelDependsOnItsOwnSampleAlone() throws {
    let toy = try Toy()
    let all = try training().labels(for: toy.forget, epoch: 2, run: toy.run)
    let some = try training().labels(for: toy.forget.selecting([7, 3]), epoch: 2, run: toy.run)
    #expect(some == [all[7], all[3]])
  }

  @Test(arguments: RandomLabelTraining.RetainPass.allCases)
  func forgetsTheClass(retain: RandomLabelTraining.RetainPass) throws {
    let toy = try Toy()
    var parameters = RandomLabelUnlearning()
    parameters.retain = retain
    parameters.training.batchSize = 16
    parameters.training.learningRate = 0.1
    let model = try toy.unlearn(RandomLabelUnlearning(parameters))
    #expect(accuracy(toy.original, on: toy.forget) > 0.9)
    #expect(accuracy(model, on: toy.forget) < 0.3)
    if retain != .none { #expect(accuracy(model, on: toy.retain) > 0.9) }
  }

  @Test func theRetainSetTakesPartUnlessNone() throws {
    let toy = try Toy()
    func model(_ retain: RandomLabelTraining.RetainPass, _ rows: Int) throws -> Classifier {
      var parameters = RandomLabelUnlearning()
      parameters.retain = retain
      parameters.training.epochs = 1
      let data = toy.retain.selecting(Array(0..<rows))
      return try RandomLabelUnlearning(parameters).unlearn(toy.original, forget: toy.forget, retain: data, run: toy.run)
    }
    #expect(try model(.none, 100).parameters == model(.none, 120).parameters)
    #expect(try model(.after, 100).parameters != model(.after, 120).parameters)
    #expect(try model(.joint, 100).parameters != model(.joint, 120).parameters)
    #expect(try model(.joint, 120).parameters != model(.after, 120).parameters)
  }

  /// One batch holds everything, so the only step is plain descent on the union of both sets.
  @Test func theJointStepIsTheMeanOverBothSets() throws {
    let golden = try GoldenMethods.load()
    var parameters = RandomLabelUnlearning()
    parameters.training = golden.training
    parameters.training.epochs = 1
    let model = try RandomLabelUnlearning(parameters).unlearn(
      golden.original, forget: golden.forget, retain: golden.retain, run: golden.run)
    var labels = RandomLabelTraining(recipe: parameters.training)
    labels.redraw = .once
    let relabeled = golden.forget.relabeled(try labels.labels(for: golden.forget, epoch: 0, run: golden.run))
    let union = golden.retain.appending(relabeled)
    var expected = golden.original
    let gradient = expected.gradient(mode: .evaluate) { model, pass in
      model(Variable(union.images(Array(0..<union.count))), in: pass).logits.crossEntropy(union.labels)
    }.gradients
    for (name, value) in zip(gradient.names, gradient.values) {
      let start = try #require(golden.original.parameters[name])
      let rate = Float(golden.recipe.rate)
      let decay = Float(golden.recipe.decay)
      let moved = start - rate * (value + decay * start)
      expectNumbers(try #require(model.parameters[name]).scalars, moved.scalars, within: 1e-6, name)
    }
  }
}
