import Data
import Engine
import Foundation
import RWFT
import Testing
import Unlearning
import UnlearningTesting

@Suite struct RWFTTests {
  private func method(
    _ change: (inout ReweightingFineTuning) -> Void = { _ in }
  ) throws -> ReweightingFineTuning {
    var parameters = ReweightingFineTuning()
    parameters.training.batchSize = 16
    change(&parameters)
    return try ReweightingFineTuning(parameters)
  }

  @Test func agreesWithPyTorch() throws {
    let golden = try GoldenMethods.load()
    try golden.check(method { $0.training = golden.training }, "rwft")
    try golden.check(
      method {
        $0.training = golden.training
        $0.forgetWeight = golden.forget_weight
      }, "rwft, forget weight")
    try golden.check(
      method {
        $0.training = golden.training
        $0.training.labelSmoothing = golden.label_smoothing
        $0.forgetWeight = golden.forget_weight
      }, "rwft, forget weight, smoothed")
  }

  @Test func takesBatchesThatHaveNoForgottenSample() throws {
    // The original looks at the augmented forgotten images of each batch; here most batches have none.
    let problem = try TinyProblem()
    let split = try problem.split(.classes([1]))
    let body = Sequential([
      ("conv", Convolution(channels: 3, size: 3, padding: 1)), ("pool", GlobalAveragePool()),
    ])
    let original = Classifier(body: body, imageShape: [6, 6, 1], classCount: 4, random: RandomSource(seed: 1))
    let method = try method {
      $0.training.batchSize = 8
      $0.training.epochs = 1
      $0.training.augmentation.padding = 1
    }
    let model = try method.unlearn(
      original, forget: split.forgetTrain.selecting([0, 1]), retain: split.retainTrain,
      run: problem.run(forgetting: .classes([1])))
    #expect(model.parameters.isFinite && model.parameters != original.parameters)
  }

  @Test func movesPredictionsTowardsTheTarget() throws {
    let toy = try Toy()
    let run = toy.run
    let model = try toy.unlearn(method { $0.training.learningRate = 0.05 }, run: run)
    let target = ReweightedTarget(classCount: 4, forgotten: [1])(
      Predictions(of: toy.original, on: toy.forget).logits, labels: toy.forget.labels)
    func distance(_ model: Classifier) -> Double {
      (Predictions(of: model, on: toy.forget).probabilities - target).magnitude.sum / 2 / Double(toy.forget.count)
    }
    #expect(distance(toy.original) > 0.8)
    #expect(distance(model) < 0.2)
    #expect(accuracy(model, on: toy.retain) > 0.95)
    let entropy = try #require(run.notes["target_entropy"])
    #expect(entropy > 0 && entropy < log(3) && entropy == run.notes["untilted_target_entropy"])
  }

  @Test func everyForgottenClassIsMasked() throws {
    let toy = try Toy(forgotten: [1, 3])
    let model = try toy.unlearn(method())
    #expect(accuracy(model, on: toy.forget) < 0.1)
    #expect(accuracy(model, on: toy.retain) > 0.95)
  }

  @Test func theTeacherSeesTheAugmentedImageUnlessCached() throws {
    let toy = try Toy()
    func model(_ view: TeacherView, padding: Int) throws -> NamedTensors {
      try toy.unlearn(
        method {
          $0.training.epochs = 1
          $0.teacherView = view
          $0.training.augmentation = Augmentation(padding: padding, flip: false)
        }
      ).parameters
    }
    #expect(try model(.augmented, padding: 1) != model(.cached, padding: 1))
    #expect(try model(.augmented, padding: 0) == model(.cached, padding: 0))
  }

  /// The gradient of one step on all samples, with the teacher on the very images of the step.
  @Test func theAugmentedTeacherAgreesWithAStepByHand() throws {
    let golden = try GoldenMethods.load()
    var recipe = golden.training
    recipe.epochs = 1
    recipe.augmentation = Augmentation(padding: 1, flip: true)
    let model = try method { $0.training = recipe }.unlearn(
      golden.original, forget: golden.forget, retain: golden.retain, run: golden.run)
    let data = golden.retain.appending(golden.forget)
    let target = ReweightedTarget(classCount: golden.classes, forgotten: [golden.forgotten])
    let expected = try golden.run.fit(golden.original, to: data, by: recipe) { step in
      let teacher = golden.original.evaluate(step.batch.images).logits
      var rows = Tensor.oneHot(step.labels, classCount: golden.classes)
      for (row, label) in step.labels.enumerated() where label == golden.forgotten {
        let q = target.distribution(logits: teacher.row(row).map(Double.init), label: label)
        for k in 0..<golden.classes { rows[row, k] = Float(q[k]) }
      }
      return step.logits.crossEntropy(rows)
    }
    for (name, value) in zip(expected.parameters.names, expected.parameters.values) {
      expectNumbers(try #require(model.parameters[name]).scalars, value.scalars, within: 1e-6, name)
    }
  }

  /// 40 forgotten and 120 retained samples.
  @Test(arguments: [(nil, 120), (3, 120), (5, 120), (2, 80), (0.51, 20), (0.001, 1)])
  func theRetainRatioChoosesHowManySamplesTakePart(ratio: Double?, count: Int) throws {
    let toy = try Toy()
    func unlearn(_ ratio: Double?, _ run: Run) throws -> NamedTensors {
      try toy.unlearn(
        method {
          $0.training.epochs = 2
          $0.retainRatio = ratio
        }, run: run
      ).parameters
    }
    let run = toy.run
    let model = try unlearn(ratio, run)
    #expect(run.notes["retained_samples"] == Double(count))
    #expect(try unlearn(ratio, toy.run) == model)
    #expect((try unlearn(nil, toy.run) == model) == (count == 120))
  }

  @Test func refusesSampleRequestsAndEmptySets() throws {
    let toy = try Toy()
    let error = #expect(throws: UnlearningError.self) { try toy.unlearn(method(), run: toy.sampleRun) }
    #expect("\(try #require(error))".contains("samples"))
    #expect(ReweightingFineTuning.serves == [.oneClass, .severalClasses])
    #expect(throws: UnlearningError.emptyRetainSet) {
      try method().apply(to: toy.original, forget: toy.forget, retain: toy.data.selecting([]), run: toy.run)
    }
  }

  @Test func refusesWeightsOutOfRange() {
    let error = #expect(throws: ParameterError.self) {
      try method {
        $0.forgetWeight = 0
        $0.retainRatio = -1
      }
    }
    #expect(error?.problems.map(\.parameter) == ["forget_weight", "retain_ratio"])
  }
}
