import Engine
import Foundation
import MutualInformation
import TestSupport
import Testing
import UnlearningTesting

@Suite struct EstimatorTests {
  struct Golden: Decodable {
    struct Run: Decodable {
      struct Batch: Decodable {
        var estimate: Double, running_mean: Double
        var together: [Double], apart: [Double]
      }
      var batches: [Batch]
      var parameters: [String: [Double]]
    }
    var inputs: Int, hidden: Int, samples: Int
    var rate: Double
    var start: [String: [Float]]
    var together: [[Float]], apart: [[Float]]
    var frozen: Run, trained: Run

    static func load() throws -> Golden { try GoldenFile.read(Golden.self, "mutual-information") }

    var estimator: MutualInformationEstimator {
      var network = StatisticsNetwork(inputs: inputs, hidden: hidden, random: RandomSource(seed: 0))
      for name in network.parameters.names {
        let shape = network.parameters[name]?.shape ?? []
        network.parameters[name] = Tensor(start[name] ?? [], shape: shape)
      }
      return MutualInformationEstimator(network, learningRate: rate)
    }

    func pairs(_ batch: Int) -> (together: Tensor, apart: Tensor) {
      let shape = [samples, inputs]
      return (Tensor(together[batch], shape: shape), Tensor(apart[batch], shape: shape))
    }
  }

  private static func expect(_ found: [Float], _ expected: [Double], _ what: String) {
    let tolerance = Tolerance(absolute: 2e-6, relative: 2e-5)
    if let difference = Comparison.difference(found, from: expected, within: tolerance) {
      Issue.record("\(what): \(difference)")
    }
  }

  @Test func frozenEstimatesAndGradientsAgreeWithPyTorch() throws {
    let golden = try Golden.load()
    var estimator = golden.estimator
    for (index, expected) in golden.frozen.batches.enumerated() {
      let (together, apart) = golden.pairs(index)
      let tape = Tape()
      let variables = [tape.variable(together), tape.variable(apart)]
      let estimate = estimator.estimate(together: variables[0], apart: variables[1])
      let gradients = tape.gradients(of: estimate, for: variables)
      Self.expect([estimate.value.scalar], [expected.estimate], "estimate \(index)")
      Self.expect([Float(estimator.runningMean ?? .nan)], [expected.running_mean], "running mean \(index)")
      Self.expect(gradients[0].scalars, expected.together, "gradient of joint pairs \(index)")
      Self.expect(gradients[1].scalars, expected.apart, "gradient of marginal pairs \(index)")
    }
    #expect(estimator.network.parameters == golden.estimator.network.parameters)
  }

  @Test func trainingAgreesWithPyTorch() throws {
    let golden = try Golden.load()
    var estimator = golden.estimator
    for (index, expected) in golden.trained.batches.enumerated() {
      let (together, apart) = golden.pairs(index)
      let estimate = estimator.train(together: together, apart: apart)
      Self.expect([Float(estimate)], [expected.estimate], "estimate \(index)")
    }
    for (name, expected) in golden.trained.parameters {
      Self.expect(estimator.network.parameters[name]?.scalars ?? [], expected, name)
    }
  }

  /// If the running mean is the batch's own mean, the gradient is that of the plain estimate; later ones are scaled.
  @Test func correctionScalesTheGradientByMeanOverRunningMean() throws {
    let golden = try Golden.load()
    func gradient(_ estimator: inout MutualInformationEstimator, _ batch: Int) -> [Float] {
      let tape = Tape()
      let apart = tape.variable(golden.pairs(batch).apart)
      let estimate = estimator.estimate(together: Variable(golden.pairs(batch).together), apart: apart)
      return tape.gradients(of: estimate, for: [apart])[0].scalars
    }
    var fresh = golden.estimator
    let plain = gradient(&fresh, 1)
    let mean = try #require(fresh.runningMean)
    var used = golden.estimator
    _ = gradient(&used, 0)
    let first = try #require(used.runningMean)
    let corrected = gradient(&used, 1)
    let running = 0.01 * mean + 0.99 * first
    #expect(abs((used.runningMean ?? 0) - running) < 1e-6 * running)
    Self.expect(corrected, plain.map { Double($0) * mean / running }, "corrected gradient")
  }

  // MARK: Closed forms

  /// The estimate for `pairs`, after training on batches with shuffled partners.
  private static func estimate(
    steps: Int, rate: Double, _ pairs: (inout RandomSource, _ count: Int) -> [(Float, Float)]
  ) -> Double {
    var random = RandomSource(seed: 7)
    var estimator = MutualInformationEstimator(inputs: 2, hidden: 64, learningRate: rate, random: random.stream("T"))
    func batch(_ count: Int) -> (Tensor, Tensor) {
      let drawn = pairs(&random, count)
      let order = random.permutation(count)
      return (
        Tensor(drawn.flatMap { [$0.0, $0.1] }, shape: [count, 2]),
        Tensor(drawn.indices.flatMap { [drawn[$0].0, drawn[order[$0]].1] }, shape: [count, 2])
      )
    }
    for _ in 0..<steps {
      let (together, apart) = batch(512)
      estimator.train(together: together, apart: apart)
    }
    let (together, apart) = batch(40_000)
    return Double(estimator.estimate(together: Variable(together), apart: Variable(apart)).value.scalar)
  }

  /// −½·log(1 − ρ²) nats for two normal numbers with correlation ρ.
  @Test func correlatedNormalNumbers() {
    let correlation = Float((1 - exp(-2.0)).squareRoot())
    let found = Self.estimate(steps: 1500, rate: 0.05) { random, count in
      (0..<count).map { _ in
        let x = random.normal()
        return (x, correlation * x + (1 - correlation * correlation).squareRoot() * random.normal())
      }
    }
    #expect(abs(found - 1) < 0.1, "estimated \(found) nats, exact is 1")
  }

  @Test func independentNumbers() {
    let found = Self.estimate(steps: 500, rate: 0.05) { random, count in
      (0..<count).map { _ in (random.normal(), random.normal()) }
    }
    #expect(abs(found) < 0.02, "estimated \(found) nats, exact is 0")
  }

  /// A group is replaced by a uniformly drawn one with probability 0.3.
  ///
  /// With frequencies p the estimated quantity is `Σ p(z, g) log(p(z, g) / (p(z)·⅓))`, the mutual information plus
  /// `log 3 − H(p)`.
  @Test(arguments: [[1.0 / 3, 1.0 / 3, 1.0 / 3], [0.6, 0.3, 0.1]]) func groups(frequencies: [Double]) {
    func joint(_ z: Int, _ g: Int) -> Double { frequencies[g] * ((z == g ? 0.7 : 0) + 0.1) }
    var (exact, divergence) = (0.0, 0.0)
    for z in 0..<3 {
      let share = (0..<3).reduce(0) { $0 + joint(z, $1) }
      for g in 0..<3 {
        exact += joint(z, g) * log(joint(z, g) / (share * frequencies[g]))
        divergence += joint(z, g) * log(joint(z, g) / (share / 3))
      }
    }
    #expect((abs(exact - divergence) < 1e-9) == (frequencies[0] == frequencies[1]))

    var random = RandomSource(seed: 2)
    var information = GroupInformation(
      features: 3, groupCount: 3, learningRate: 0.05, random: random.stream("T"))
    func batch(_ count: Int) -> (Tensor, groups: [Int], drawn: [Int]) {
      let groups = (0..<count).map { _ in
        let place = Double(random.uniform())
        return place < frequencies[0] ? 0 : place < frequencies[0] + frequencies[1] ? 1 : 2
      }
      let seen = groups.map { random.uniform() < 0.3 ? random.integer(below: 3) : $0 }
      return (.oneHot(seen, classCount: 3), groups, information.drawGroups(count, random: &random))
    }
    for _ in 0..<600 {
      let (features, groups, drawn) = batch(256)
      information.train(features, groups: groups, drawn: drawn)
    }
    let (features, groups, drawn) = batch(20_000)
    let found = Double(information.estimate(Variable(features), groups: groups, drawn: drawn).value.scalar)
    #expect(abs(found - divergence) < 0.1 * divergence, "\(found) nats, expected \(divergence)")
  }

  @Test func drawnGroupsAreUniformAndSeeded() {
    let information = GroupInformation(features: 1, groupCount: 5, learningRate: 0.1, random: RandomSource(seed: 1))
    var first = RandomSource(seed: 8), second = RandomSource(seed: 8)
    let groups = information.drawGroups(10_000, random: &first)
    #expect(groups == information.drawGroups(10_000, random: &second))
    // The expected number of each is 2000; four standard deviations are 160.
    for group in 0..<5 { #expect(abs(groups.count { $0 == group } - 2000) < 160) }
  }
}
