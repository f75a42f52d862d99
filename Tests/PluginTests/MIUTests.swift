import Data
import Engine
import MIU
import Testing
import Unlearning

/// Two classes, two values of an attribute that is visible in a separate row, and a request for a part of one group.
private struct GroupedToy {
  let data: Dataset
  let split: ForgetSplit
  let original: Classifier

  init(ratio: Double = 0.5) throws {
    var random = RandomSource(seed: 3).stream("grouped toy")
    var (pixels, labels, values): ([UInt8], [Int], [Int]) = ([], [], [])
    for index in 0..<960 {
      let (label, value) = (index % 2, index / 2 % 2)
      labels.append(label)
      values.append(value)
      for row in 0..<4 {
        for _ in 0..<4 {
          let isBright = row == label || row == 2 + value
          pixels.append(UInt8(min(255, max(0, (isBright ? 170 : 80) + 40 * random.normal()))))
        }
      }
    }
    let all = Dataset(
      name: "toy", classNames: ["a", "b"], imageShape: [4, 4, 1],
      normalization: Normalization(mean: [0.4], deviation: [0.25]), pixels: pixels, labels: labels,
      attribute: SensitiveAttribute(name: "value", valueNames: ["x", "y"]), sensitive: values)
    data = all
    split = try ForgetRequest.groups([SampleGroup(target: 1, sensitive: 0)], ratio: ratio).split(
      DataSplits(train: all, test: all), random: RandomSource(seed: 1))
    original = try makeRun(forgotten: [], makeClassifier: Self.classifier).train(on: all, purpose: "toy")
  }

  @Sendable static func classifier(_ random: RandomSource) -> Classifier {
    let body = Sequential([("flatten", Flatten()), ("fc1", Linear(12)), ("relu1", ReLU())])
    return Classifier(body: body, imageShape: [4, 4, 1], classCount: 2, random: random)
  }

  func unlearn(_ change: (inout MutualInformationUnlearning) -> Void) throws -> (Classifier, RunNotes) {
    var parameters = MutualInformationUnlearning()
    parameters.training.learningRate = 0.005
    parameters.training.epochs = 6
    parameters.training.batchSize = 32
    parameters.calibration = 1
    change(&parameters)
    let run = makeRun(forgotten: [], makeClassifier: Self.classifier)
    let model = try MutualInformationUnlearning(parameters).unlearn(
      original, forget: split.forgetTrain, retain: split.retainTrain, run: run)
    return (model, run.notes)
  }
}

@Suite struct MIUTests {
  @Test func informationFallsAndCalibrationStaysBounded() throws {
    let toy = try GroupedToy()
    let (model, notes) = try toy.unlearn {
      $0.firstEstimatorSteps = 1500
      $0.estimatorRate = 0.005
    }
    let information = (0..<5).compactMap { notes["forget_information_\($0)"] }
    let gaps = (0..<6).compactMap { notes["calibration_gap_\($0)"] }
    #expect(information.count == 5 && gaps.count == 6)
    #expect(information[0] > 0.1, "the estimator finds \(information) nats")
    #expect((information.last ?? 1) < information[0], "\(information)")
    #expect(gaps.allSatisfy { $0 < 1 }, "\(gaps)")
    #expect(accuracy(model, on: toy.split.retainTrain) > 0.85)
  }

  @Test func referenceIsReweightedRetraining() throws {
    var parameters = MutualInformationUnlearning()
    #expect(try MutualInformationUnlearning(parameters).reference == .reweight)
    // Ablations of one method share one reference.
    parameters.reweights = false
    #expect(try MutualInformationUnlearning(parameters).reference == .reweight)
  }

  /// Each switch changes the result.
  @Test func everySwitchActs() throws {
    let toy = try GroupedToy()
    let whole = try toy.unlearn { _ in }.0.parameters
    let switched = [
      try toy.unlearn { $0.variant = .asReleased }, try toy.unlearn { $0.reweights = false },
      try toy.unlearn { $0.calibrates = false }, try toy.unlearn { $0.forgets = false },
      try toy.unlearn { $0.retains = false },
    ].map(\.0.parameters)
    #expect(switched.allSatisfy { $0 != whole })
    for (index, one) in switched.enumerated() { #expect(!switched[..<index].contains(one)) }
  }

  @Test func withoutTermsTheModelStays() throws {
    let toy = try GroupedToy()
    let model = try toy.unlearn {
      $0.forgets = false
      $0.calibrates = false
      $0.retains = false
    }.0
    #expect(model.parameters == toy.original.parameters)
  }

  @Test func refusesDataWithoutGroupsAndEmptiedGroups() throws {
    let toy = try Toy()
    let method = try MutualInformationUnlearning(MutualInformationUnlearning())
    let error = #expect(throws: UnlearningError.self) {
      try method.unlearn(toy.original, forget: toy.forget, retain: toy.retain, run: toy.sampleRun)
    }
    #expect("\(try #require(error))".contains("sensitive attribute"))
    let emptied = try GroupedToy(ratio: 1)
    let other = #expect(throws: UnlearningError.self) { try emptied.unlearn { _ in } }
    #expect("\(try #require(other))".contains("group b/x"))
  }
}

@Suite struct RetainSamplerTests {
  @Test func reweightingMeetsGroupsAsOftenAsBefore() throws {
    let toy = try GroupedToy(ratio: 0.8)
    let run = makeRun(forgotten: [], makeClassifier: GroupedToy.classifier)
    let sampler = try RetainSampler(
      .reweight, retain: toy.split.retainTrain, forget: toy.split.forgetTrain, run: run)
    var sizes = [Double](repeating: 0, count: 4)
    let epochs = 200
    for epoch in 0..<epochs {
      let samples = sampler.samples(epoch)
      #expect(samples.count == toy.split.retainTrain.count)
      for (group, size) in (samples.groupSizes ?? []).enumerated() { sizes[group] += Double(size) }
    }
    let total = sizes.reduce(0, +)
    // Four groups of 240 before the request, and more than 100,000 draws: a deviation of 0.1 % a group.
    for size in sizes { #expect(abs(size / total - 0.25) < 0.01, "\(sizes)") }
    #expect(sampler.samples(3).indices == sampler.samples(3).indices)
    #expect(sampler.samples(3).indices != sampler.samples(4).indices)
  }

  @Test func shufflingLeavesTheSetAsItIs() throws {
    let toy = try GroupedToy()
    let run = makeRun(forgotten: [], makeClassifier: GroupedToy.classifier)
    let sampler = try RetainSampler(.shuffle, retain: toy.split.retainTrain, forget: toy.split.forgetTrain, run: run)
    #expect(sampler.samples(0).indices == toy.split.retainTrain.indices)
  }

  @Test func groupWeightsFollowTheAlgorithm() {
    var weights = GroupWeights(count: 3, step: 0.5)
    let perSample = weights.weights(losses: [2, 4, 1], groups: [0, 0, 2])
    // q = (e^1.5, 1, e^0.5)/Z with mean losses 3 and 1; a sample weighs q·N/n of its group.
    let raw = [4.4816890703, 1, 1.6487212707], total = 7.130410341
    expectNumbers(weights.values, raw.map { $0 / total }, within: 1e-9)
    expectNumbers(perSample, [raw[0] / total * 1.5, raw[0] / total * 1.5, raw[2] / total * 3], within: 1e-6)
  }

  @Test func groupRobustTrainingLiftsTheWorstGroup() throws {
    let toy = try GroupedToy()
    var run = makeRun(forgotten: [], makeClassifier: GroupedToy.classifier)
    run.recipe.groupRobust = true
    let model = try run.train(on: toy.data, purpose: "robust")
    #expect(accuracy(model, on: toy.data) > 0.85)
    let plain = try Toy()
    #expect(throws: UnlearningError.self) { try run.train(on: plain.data, purpose: "robust") }
  }
}
