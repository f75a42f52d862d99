public import Engine

/// Statistics of a method's models against retrained ones, at the size of the bank and at half of it.
///
/// The models are the sample size, and two sizes have different values. So a method's value at N + N models is beside no
/// value of retrained models, of which there are N in all; at N/2 + N/2 there is one, over the same splits of the seeds:
/// half of the retrained models in place of the method's, against the other half.
public struct BankComparison {
  /// Some models of both kinds, by their places: the method's come first, then the retrained ones.
  public struct Models: Sendable {
    /// The places of models of the method, or of what is in their place.
    public var unlearned: [Int]
    /// The places of retrained models.
    public var retrained: [Int]
    /// The number of models of the smaller kind.
    public var pairs: Int { min(unlearned.count, retrained.count) }

    /// Models by their places.
    public init(unlearned: [Int], retrained: [Int]) { (self.unlearned, self.retrained) = (unlearned, retrained) }
  }

  /// One statistic with its spread over models.
  public typealias Value = (value: Double, spread: Spread)

  /// The number of models of the method.
  public let unlearnedCount: Int
  /// The number of retrained models.
  public let retrainedCount: Int
  /// The fewest models of each kind that the statistics are defined for.
  public let fewestModels: Int

  /// A comparison of so many models.
  public init(unlearnedCount: Int, retrainedCount: Int, fewestModels: Int) {
    (self.unlearnedCount, self.retrainedCount) = (unlearnedCount, retrainedCount)
    self.fewestModels = fewestModels
  }

  /// The most groups of seeds of a jackknife; with more seeds several are left out at once.
  private static let mostGroups = 16

  /// The number of groups of so many seeds, each of which a jackknife leaves out.
  public static func groupCount(_ seeds: Int) -> Int { min(seeds, mostGroups) }

  /// The groups of so many seeds, by their indices.
  static func groups(_ seeds: Int) -> [Set<Int>] {
    (0..<groupCount(seeds)).map { Set(stride(from: $0, to: seeds, by: mostGroups)) }
  }

  /// All models.
  public var all: Models {
    Models(
      unlearned: Array(0..<unlearnedCount), retrained: Array(unlearnedCount..<(unlearnedCount + retrainedCount)))
  }

  /// `statistics` of all models, each with jackknife pseudo-values over seeds.
  public func whole(_ statistics: (Models) throws -> [Double]) throws -> [Value] {
    try overSplits([all], statistics)
  }

  /// The means of `statistics` over `splits`, each with jackknife pseudo-values over seeds; nil without splits.
  public func halves(_ splits: [Models], _ statistics: (Models) throws -> [Double]) throws -> [Value]? {
    splits.isEmpty ? nil : try overSplits(splits, statistics)
  }

  private func overSplits(_ splits: [Models], _ statistics: (Models) throws -> [Double]) throws -> [Value] {
    func means(without seeds: Set<Int>) throws -> [Double] {
      let values = try splits.map { try statistics(without(seeds, $0)) }
      return values[0].indices.map { place in values.map { $0[place] }.mean }
    }
    let values = try means(without: [])
    let groups = Self.groups(min(unlearnedCount, retrainedCount))
    // Every split loses the same seeds, and must keep enough models.
    guard groups.count > 1,
      groups.allSatisfy({ group in
        splits.allSatisfy { without(group, $0).pairs >= fewestModels }
      })
    else { return values.map { ($0, .unknown) } }
    let fewer = try groups.map(means)
    let count = Double(groups.count)
    return values.enumerated().map { place, value in
      (value, .pseudoValues(fewer.map { count * value - (count - 1) * $0[place] }))
    }
  }

  /// The models without those of some seeds.
  private func without(_ seeds: Set<Int>, _ models: Models) -> Models {
    guard !seeds.isEmpty else { return models }
    return Models(
      unlearned: models.unlearned.filter { !seeds.contains($0) },
      retrained: models.retrained.filter { !seeds.contains($0 - unlearnedCount) })
  }

  /// Up to `count` different random halves of the seeds: the method's models of one half and the retrained models of the
  /// other; none below twice the fewest models.
  public func splits(_ count: Int, _ source: RandomSource) -> [Models] {
    let seeds = min(unlearnedCount, retrainedCount)
    guard seeds / 2 >= fewestModels else { return [] }
    var random = source
    var known: Set<[Int]> = []
    var splits: [Models] = []
    // Of few halves most draws are repetitions.
    for _ in 0..<(20 * count) where splits.count < count {
      let order = random.permutation(seeds)
      let first = order.prefix(seeds / 2).sorted()
      guard known.insert(first).inserted else { continue }
      let second = order.dropFirst(seeds / 2).prefix(seeds / 2).sorted()
      splits.append(Models(unlearned: first, retrained: second.map { $0 + unlearnedCount }))
    }
    return splits
  }

  /// The fraction of random exchanges of models for which `statistic` is not lower, the observed one included.
  ///
  /// - Returns: The p-value, and why it says little, where there are so few models that none below 5 % is possible.
  public func permutationTest(
    _ permutations: Int, _ source: RandomSource, _ statistic: (Models) throws -> Double
  ) throws -> (p: Double, caveat: String?) {
    var random = source
    var notLower = 1
    let observed = try statistic(all)
    for _ in 0..<permutations {
      let order = random.permutation(unlearnedCount + retrainedCount)
      let exchanged = Models(
        unlearned: Array(order.prefix(unlearnedCount)), retrained: Array(order.dropFirst(unlearnedCount)))
      if try statistic(exchanged) >= observed - 1e-12 { notLower += 1 }
    }
    // With equal numbers an exchange of all labels changes nothing.
    let choices = (0..<unlearnedCount).reduce(1.0) { $0 * Double(retrainedCount + $1 + 1) / Double($1 + 1) }
    let smallest = (unlearnedCount == retrainedCount ? 2 : 1) / choices
    let percent = (1000 * smallest).rounded() / 10
    return (
      Double(notLower) / Double(permutations + 1),
      smallest > 0.05
        ? "with \(unlearnedCount) + \(retrainedCount) models no p below \(percent) % is possible" : nil
    )
  }
}
