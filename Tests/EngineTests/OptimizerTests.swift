import Engine
import Foundation
import TestSupport
import Testing
import UnlearningTesting

/// The results of PyTorch's optimizers and schedules, written by Golden/engine/make.py.
struct OptimizerGolden: Decodable {
  struct SGDSetting: Decodable { var momentum: Float, weightDecay: Float, nesterov: Bool }
  struct AdamSetting: Decodable {
    var beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float, decoupled: Bool
  }
  struct Run<Setting: Decodable>: Decodable {
    var setting: Setting
    /// The parameters after each step.
    var after: [[String: [Double]]]
  }

  var shapes: [String: [Int]]
  var initial: [String: [Float]]
  var gradients: [[String: [Float]]]
  var rates: [Float]
  var sgd: [Run<SGDSetting>]
  var adam: [Run<AdamSetting>]
  var stepsPerEpoch: Int
  var epochs: Int
  var schedules: [String: [Double]]

  static func load() throws -> OptimizerGolden { try GoldenFile.read(OptimizerGolden.self, "engine") }

  func tensors(_ numbers: [String: [Float]]) -> NamedTensors {
    let names = ["weight", "bias"]
    return NamedTensors(names: names, values: names.map { Tensor(numbers[$0] ?? [], shape: shapes[$0] ?? []) })
  }

  /// An optimizer with the expected course of its parameters.
  struct Trajectory {
    var name: String
    var optimizer: any Optimizer
    var start: NamedTensors
    var gradients: [NamedTensors]
    var rates: [Float]
    var after: [[String: [Double]]]

    func violations() -> [String] {
      guard gradients.count == 10, after.count == 10, rates.count == 10 else { return ["\(name): not ten steps"] }
      var (optimizer, parameters) = (optimizer, start)
      var found: [String] = []
      for step in gradients.indices {
        optimizer.update(&parameters, along: gradients[step], learningRate: rates[step])
        for (parameter, value) in zip(parameters.names, parameters.values) {
          let difference = Comparison.difference(
            value.scalars, from: after[step][parameter] ?? [], within: Tolerance(absolute: 1e-6, relative: 4e-6))
          if let difference { found.append("\(name), step \(step + 1), \(parameter): \(difference)") }
        }
      }
      return found
    }
  }

  var trajectories: [Trajectory] {
    func trajectory(_ name: String, _ optimizer: any Optimizer, _ after: [[String: [Double]]]) -> Trajectory {
      Trajectory(
        name: name, optimizer: optimizer, start: tensors(initial), gradients: gradients.map(tensors), rates: rates,
        after: after)
    }
    let plain = sgd.map { run in
      let s = run.setting
      let optimizer = SGD(momentum: s.momentum, weightDecay: s.weightDecay, nesterov: s.nesterov)
      return trajectory("SGD \(s)", optimizer, run.after)
    }
    let adaptive = adam.map { run in
      let s = run.setting
      let optimizer = Adam(
        beta1: s.beta1, beta2: s.beta2, epsilon: s.epsilon, weightDecay: s.weightDecay, decoupled: s.decoupled)
      return trajectory("Adam \(s)", optimizer, run.after)
    }
    return plain + adaptive
  }
}

@Suite struct OptimizerTests {
  static let optimizers: [any Optimizer] = [
    SGD(momentum: 0, weightDecay: 0.1), SGD(momentum: 0.9, weightDecay: 0.1),
    SGD(momentum: 0.9, weightDecay: 0.1, nesterov: true), Adam(weightDecay: 0.1),
    Adam(weightDecay: 0.1, decoupled: true),
  ]

  @Test func walksPyTorchsWay() throws {
    let trajectories = try OptimizerGolden.load().trajectories
    #expect(trajectories.count == 8)
    for trajectory in trajectories { #expect(trajectory.violations() == []) }
  }

  private func inputs() -> (parameters: NamedTensors, gradients: [NamedTensors], mask: NamedTensors) {
    var random = RandomSource(seed: 21)
    let parameters = NamedTensors(
      names: ["w", "b"],
      values: [Tensor(normal: [5, 7], random: &random), Tensor(normal: [3], random: &random)])
    let gradients = (0..<4).map { _ in parameters.mapValues { Tensor(normal: $0.shape, random: &random) } }
    let mask = parameters.mapValues { tensor in
      Tensor((0..<tensor.count).map { _ in random.uniform() < 0.5 ? 0 : 1 }, shape: tensor.shape)
    }
    return (parameters, gradients, mask)
  }

  /// One pass over tensors smaller than, larger than and exactly of the chunk size, with remainders, gives each number
  /// the value that it gets in a small tensor.
  @Test(arguments: optimizers.indices) func takesManyTensorsAtOnce(index: Int) {
    var random = RandomSource(seed: 31)
    let counts = [3, 16_384, 1, 40_001, 7, 32_768, 2]
    let start = NamedTensors(
      names: counts.map { "w\($0)" }, values: counts.map { Tensor(normal: [$0], random: &random) })
    let gradients = (0..<3).map { _ in start.mapValues { Tensor(normal: $0.shape, random: &random) } }
    let resting: Set = ["w7"]
    var (together, optimizer) = (start, Self.optimizers[index])
    for gradient in gradients {
      optimizer.update(&together, along: gradient, learningRate: 0.1, mask: nil, unreached: resting)
    }
    for (position, name) in start.names.enumerated() {
      let whole = start.values[position]
      var alone: [Float] = []
      for first in stride(from: 0, to: whole.count, by: 1000) {
        let range = first..<min(first + 1000, whole.count)
        func piece(_ tensors: NamedTensors) -> NamedTensors {
          let numbers = Array(tensors.values[position].scalars[range])
          return NamedTensors(names: [name], values: [Tensor(numbers, shape: [numbers.count])])
        }
        var (part, own) = (piece(start), Self.optimizers[index])
        for gradient in gradients where !resting.contains(name) {
          own.update(&part, along: piece(gradient), learningRate: 0.1)
        }
        alone += part.values[0].scalars
      }
      let expected = Tensor(alone, shape: whole.shape)
      #expect(Comparison.bitDifference(together.values[position], from: expected) == nil, "\(name)")
      #expect((together.values[position] == start.values[position]) == resting.contains(name), "\(name)")
    }
  }

  /// A masked number keeps its bits; the others change as without a mask.
  @Test(arguments: optimizers.indices) func masksKeepBits(index: Int) {
    let (start, gradients, mask) = inputs()
    var (masked, free) = (start, start)
    var (maskedOptimizer, freeOptimizer) = (Self.optimizers[index], Self.optimizers[index])
    for gradient in gradients {
      maskedOptimizer.update(&masked, along: gradient, learningRate: 0.1, mask: mask)
      freeOptimizer.update(&free, along: gradient, learningRate: 0.1)
    }
    let expected = start.zip(free) { start, free in Tensor.concatenated([start, free]) }
    for (position, name) in masked.names.enumerated() {
      let (result, kept) = (masked.values[position], mask.values[position])
      let sides = expected.values[position].scalars
      let chosen = (0..<result.count).map { kept[$0] == 0 ? sides[$0] : sides[result.count + $0] }
      #expect(Comparison.bitDifference(result, from: Tensor(chosen, shape: result.shape)) == nil, "\(name)")
    }
    #expect(masked != start && masked != free)
  }

  /// When the mask is lifted, the masked numbers start with zero momentum.
  @Test(arguments: optimizers.indices) func masksGatherNoMomentum(index: Int) {
    let (start, gradients, mask) = inputs()
    let nothing = mask.mapValues { Tensor(zeros: $0.shape) }
    var parameters = start
    var optimizer = Self.optimizers[index]
    optimizer.update(&parameters, along: gradients[0], learningRate: 0.1, mask: nothing)
    #expect(Comparison.bitDifference(parameters, from: start) == nil)
    guard optimizer is SGD else { return }  // Adam's bias correction counts steps, masked or not.
    optimizer.update(&parameters, along: gradients[1], learningRate: 0.1)
    var (expected, fresh) = (start, Self.optimizers[index])
    fresh.update(&expected, along: gradients[1], learningRate: 0.1)
    #expect(Comparison.bitDifference(parameters, from: expected) == nil)
  }

  /// A parameter that the loss does not depend on is unchanged, and continues with its old momentum afterwards.
  @Test(arguments: optimizers.indices) func theUnreachedRests(index: Int) {
    let (start, gradients, _) = inputs()
    let names = Set(start.names)
    var (parameters, optimizer) = (start, Self.optimizers[index])
    optimizer.update(&parameters, along: gradients[0], learningRate: 0.1)
    let moved = parameters
    optimizer.update(&parameters, along: gradients[1], learningRate: 0.1, mask: nil, unreached: names)
    #expect(Comparison.bitDifference(parameters, from: moved) == nil)
    guard optimizer is SGD else { return }  // Adam's bias correction counts steps, reached or not.
    optimizer.update(&parameters, along: gradients[2], learningRate: 0.1)
    var (expected, other) = (start, Self.optimizers[index])
    other.update(&expected, along: gradients[0], learningRate: 0.1)
    other.update(&expected, along: gradients[2], learningRate: 0.1)
    #expect(Comparison.bitDifference(parameters, from: expected) == nil)
  }

  @Test(arguments: optimizers.indices) func rateZeroMovesNothing(index: Int) {
    let (start, gradients, _) = inputs()
    var (parameters, optimizer) = (start, Self.optimizers[index])
    optimizer.update(&parameters, along: gradients[0], learningRate: 0)
    #expect(Comparison.bitDifference(parameters, from: start) == nil)
  }

  @Test(arguments: optimizers.indices) func copiesOfAnOptimizerAreSnapshots(index: Int) {
    let (start, gradients, _) = inputs()
    var (parameters, optimizer) = (start, Self.optimizers[index])
    optimizer.update(&parameters, along: gradients[0], learningRate: 0.1)
    var (copy, copied) = (parameters, optimizer)
    optimizer.update(&parameters, along: gradients[1], learningRate: 0.1)
    optimizer.update(&parameters, along: gradients[2], learningRate: 0.1)
    // The copy takes the first of the two steps only now, and must not be affected by the original's second step.
    copied.update(&copy, along: gradients[1], learningRate: 0.1)
    copied.update(&copy, along: gradients[2], learningRate: 0.1)
    #expect(Comparison.bitDifference(copy, from: parameters) == nil)
  }
}

@Suite struct LearningRateScheduleTests {
  @Test func goesPyTorchsWay() throws {
    let golden = try OptimizerGolden.load()
    let schedules: [String: LearningRateSchedule] = [
      "constant": .constant, "step": .step(epochs: 2, factor: 0.3), "cosine": .cosine,
      "multiStep": .multiStep(epochs: [3, 4, 7], factor: 0.2), "oneCycle30": .oneCycle(rise: 0.3),
      "oneCycle50": .oneCycle(rise: 0.5), "warmUp": .constant, "cosineByEpoch": .cosine,
    ]
    #expect(Set(golden.schedules.keys) == Set(schedules.keys))
    for (name, schedule) in schedules {
      let factors = (0..<golden.stepsPerEpoch * golden.epochs).map {
        // If the rate changes once per epoch, an epoch is one step.
        let perEpoch = name == "cosineByEpoch" ? 1 : golden.stepsPerEpoch
        return schedule.factor(
          step: $0 * perEpoch / golden.stepsPerEpoch, stepsPerEpoch: perEpoch, epochs: golden.epochs,
          warmUpEpochs: name == "warmUp" ? 2 : 0)
      }
      let expected = golden.schedules[name] ?? []
      #expect(Comparison.difference(factors, from: expected, within: Tolerance(absolute: 1e-12)) == nil, "\(name)")
    }
  }

  @Test(arguments: [LearningRateSchedule.cosine, .step(epochs: 1, factor: 0.5)])
  func warmUpScalesTheScheduleBelow(schedule: LearningRateSchedule) {
    for step in 0..<30 {
      let plain = schedule.factor(step: step, stepsPerEpoch: 10, epochs: 3)
      let warm = schedule.factor(step: step, stepsPerEpoch: 10, epochs: 3, warmUpEpochs: 0.5)
      let expected = step < 5 ? plain * Double(step + 1) / 5 : plain
      #expect((warm - expected).magnitude < 1e-12, "step \(step)")
    }
  }

  @Test(arguments: [
    LearningRateSchedule.constant, .step(epochs: 1, factor: 0.1), .multiStep(epochs: [0], factor: 0.1), .cosine,
    .oneCycle(rise: 0.3),
  ])
  func shortestTrainingHasARate(schedule: LearningRateSchedule) {
    let factor = schedule.factor(step: 0, stepsPerEpoch: 1, epochs: 1)
    #expect(factor > 0 && factor <= 1)
  }
}
