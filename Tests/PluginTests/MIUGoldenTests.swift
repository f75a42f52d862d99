import Data
import Engine
import Foundation
import MIU
import TestSupport
import Testing
import Unlearning

/// MIU against PyTorch in double precision; see Tests/Golden/miu/make.py.
@Suite struct MIUGoldenTests {
  struct File: Decodable {
    struct Model: Decodable {
      var parameters: [String: [Double]], statistics: [String: [Double]]
      var notes: [String: Double]?
    }
    struct Terms: Decodable {
      var epochs: Int, forgetting_epochs: Int, first_steps: Int, steps: Int
      var estimator_rate: Double, calibration: Double
    }
    var classes: Int, values: Int, side: Int, hidden: Int
    var mean: Float, deviation: Float
    var rate: Double, momentum: Double, decay: Double
    var seed: UInt64
    var terms: Terms
    var pixels: [UInt8], labels: [Int], sensitive: [Int], forgotten: [Int]
    var original: Model, results: [String: Model]
  }

  private let golden: File
  init() throws { golden = try GoldenFile.read(File.self, "miu") }

  private func fresh(_ random: RandomSource) -> Classifier {
    let body = Sequential([
      ("flatten", Flatten()), ("fc1", Linear(golden.hidden)), ("norm", BatchNorm(rectified: true)),
    ])
    return Classifier(
      body: body, imageShape: [golden.side, golden.side, 1], classCount: golden.classes, random: random)
  }

  private var original: Classifier {
    var model = fresh(RandomSource(seed: 0))
    for (name, numbers) in golden.original.parameters {
      model.parameters[name] = Tensor(numbers.map { Float($0) }, shape: model.parameters[name]?.shape ?? [])
    }
    for (name, numbers) in golden.original.statistics {
      model.statistics[name] = Tensor(numbers.map { Float($0) }, shape: [numbers.count])
    }
    return model
  }

  @Test(arguments: ["paper", "as-released", "without reweighting", "without forgetting", "without calibration"])
  func agreesWithPyTorch(variant: String) throws {
    let data = Dataset(
      name: "golden", classNames: (0..<golden.classes).map { "\($0)" }, imageShape: [golden.side, golden.side, 1],
      normalization: Normalization(mean: [golden.mean], deviation: [golden.deviation]), pixels: golden.pixels,
      labels: golden.labels,
      attribute: SensitiveAttribute(name: "value", valueNames: (0..<golden.values).map { "\($0)" }),
      sensitive: golden.sensitive)
    let forgotten = Set(golden.forgotten)
    var parameters = MutualInformationUnlearning()
    parameters.training = TrainingRecipe(
      epochs: golden.terms.epochs, learningRate: golden.rate, momentum: golden.momentum, weightDecay: golden.decay)
    parameters.forgettingEpochs = golden.terms.forgetting_epochs
    parameters.firstEstimatorSteps = golden.terms.first_steps
    parameters.estimatorSteps = golden.terms.steps
    parameters.estimatorRate = golden.terms.estimator_rate
    parameters.calibration = golden.terms.calibration
    parameters.variant = variant == "as-released" ? .asReleased : .paper
    parameters.reweights = variant != "without reweighting"
    parameters.forgets = variant != "without forgetting"
    parameters.calibrates = variant != "without calibration"

    let run = makeRun(seed: golden.seed, forgotten: [], makeClassifier: { [original] _ in original })
    let model = try MutualInformationUnlearning(parameters).unlearn(
      original, forget: data.selecting(golden.forgotten),
      retain: data.selecting(data.labels.indices.filter { !forgotten.contains($0) }), run: run)
    let expected = try #require(golden.results[variant])
    #expect(Set(model.parameters.names) == Set(expected.parameters.keys))
    for (tensors, numbers) in [(model.parameters, expected.parameters), (model.statistics, expected.statistics)] {
      for (name, values) in numbers {
        let found = try #require(tensors[name]).scalars.map(Double.init)
        expectNumbers(found, values, within: 2e-4, "\(variant), \(name)")
      }
    }
    let notes = try #require(expected.notes)
    #expect(!notes.isEmpty)
    for (name, value) in notes {
      expectNumbers([try #require(run.notes[name])], [value], within: 2e-4, "\(variant), \(name)")
    }
  }
}
