public import Engine

/// What attacks measure that play a `BankGame`.
///
/// The models are the sample size. Two numbers of models give different values, so that a method's value at N + N models
/// is beside no value of retrained models, of which there are N in all; at N/2 + N/2 there is one, over the same splits:
/// half of the retrained models in place of the method's, against the other half.
extension BankGame {
  /// The kinds of measurements, in the order of tables.
  public static let measures = [
    accuracy, area, lowRate, lowestRate, deviation, significance, halfAccuracy, halfArea,
  ]
  private static let accuracy = MeasurementKind(
    "accuracy", direction: .lower, reference: .none, spread: .ofBank,
    meaning: "balanced accuracy of telling unlearned from retrained models at N + N models; 0.5 is chance")
  private static let area = MeasurementKind(
    "auc", direction: .lower, reference: .none, spread: .ofBank,
    meaning: "area under the ROC curve at N + N models; 0.5 is chance")
  private static let lowRate = MeasurementKind(
    "tpr_at_1_percent_fpr", direction: .lower, reference: .none, spread: .ofBank,
    meaning: "true positive rate at a false positive rate of 1 %, mean over the attacked models")
  private static let lowestRate = MeasurementKind(
    "tpr_at_01_percent_fpr", direction: .lower, reference: .none, spread: .ofBank,
    meaning: "true positive rate at a false positive rate of 0.1 %, mean over the attacked models")
  private static let deviation = MeasurementKind(
    "fold_deviation", direction: .lower, reference: .none, spread: .unknown,
    meaning: "sample standard deviation of the accuracy over the attacked models")
  private static let significance = MeasurementKind(
    "p", direction: .higher, reference: .none, spread: .unknown,
    meaning: "p-value of the mean posterior of the right side, by random exchanges of unlearned and retrained models")
  private static let halfAccuracy = MeasurementKind(
    "accuracy_half", direction: .nearest, spread: .ofBank,
    meaning: "balanced accuracy at N/2 + N/2 models, mean over the splits; for retrained models the floor")
  private static let halfArea = MeasurementKind(
    "auc_half", direction: .nearest, spread: .unknown,
    meaning: "area under the ROC curve at N/2 + N/2 models, mean over the splits")

  /// The false positive rates of `lowRate` and `lowestRate`.
  private static let rates = [0.01, 0.001]
  /// The most groups of models of a jackknife; with more models several are left out at once.
  private static let mostGroups = 16

  /// The number of random computations.
  public struct Effort: Sendable {
    /// The most splits of the models into halves.
    public var splits: Int
    /// The number of random exchanges of models for the p-value; 0 for none.
    public var permutations: Int

    /// A number of splits, and of permutations.
    public init(splits: Int, permutations: Int) { (self.splits, self.permutations) = (splits, permutations) }
  }

  /// The names that a cell of these sizes has; without halves below twice the fewest models.
  public static func names(in cell: CellSizes, ofRetrained: Bool = false, effort: Effort) -> Set<String> {
    let halves = (cell.modelCount ?? 0) / 2 >= fewestModels
    let names = (ofRetrained ? [] : measures.dropLast(2)) + (halves ? measures.suffix(2) : [])
    return Set(names.map(\.name)).subtracting(effort.permutations == 0 ? [significance.name] : [])
  }

  /// The measurements of the method's models.
  ///
  /// - Parameters:
  ///   - isRetrained: Whether the method's models are the retrained ones themselves, which have the values at half the
  ///     size alone.
  ///   - sampleCount: N, for the warning that a rate is too low for so few samples.
  ///   - random: The source of splits and exchanges.
  /// - Throws: What the preparation throws.
  public func measurements(
    isRetrained: Bool, sampleCount: Int, effort: Effort, random: RandomSource
  ) throws -> [MeasuredValue] {
    (isRetrained ? [] : try wholeMeasurements(sampleCount, effort, random))
      + (try halfMeasurements(effort, random.stream("halves")))
  }

  private func wholeMeasurements(
    _ sampleCount: Int, _ effort: Effort, _ random: RandomSource
  ) throws -> [MeasuredValue] {
    /// Accuracy, area, and the two rates.
    func statistics(_ models: Models) throws -> [Double] {
      let outcomes = try outcomes(models, rates: Self.rates)
      return [outcomes.map(\.accuracy).mean, outcomes.map(\.area).mean]
        + Self.rates.indices.map { rate in outcomes.map { $0.truePositiveRates[rate] }.mean }
    }
    let whole = try statistics(all)
    let spreads = try jackknife(all, whole, statistics)
    let few = Self.rates.map { rate -> String? in
      rate * Double(sampleCount) >= 1
        ? nil : "so few samples have no false positive rate between 0 and \(100 * rate) %"
    }
    var values = [
      Self.accuracy.value(whole[0], spread: spreads[0]), Self.area.value(whole[1], spread: spreads[1]),
      Self.lowRate.value(whole[2], spread: spreads[2], caveat: few[0]),
      Self.lowestRate.value(whole[3], spread: spreads[3], caveat: few[1]),
      Self.deviation.value(try accuracies(all).sampleDeviation ?? 0, spread: .unknown),
    ]
    if effort.permutations > 0 { values.append(try permutationTest(effort, random.stream("exchanges"))) }
    return values
  }

  /// The fraction of random exchanges whose mean posterior is not lower, the observed one included.
  ///
  /// The accuracy would have no power: where both kinds are far apart, every exchange that leaves a majority of unlearned
  /// models on one side has an accuracy near 1, since they are still nearer to each other.
  private func permutationTest(_ effort: Effort, _ source: RandomSource) throws -> MeasuredValue {
    var random = source
    var notLower = 1
    let observed = try meanPosterior(all)
    for _ in 0..<effort.permutations {
      let order = random.permutation(unlearnedCount + retrainedCount)
      let exchanged = Models(
        unlearned: Array(order.prefix(unlearnedCount)), retrained: Array(order.dropFirst(unlearnedCount)))
      if try meanPosterior(exchanged) >= observed - 1e-12 { notLower += 1 }
    }
    // An exchange of all labels has the same posteriors.
    let distinct = (0..<unlearnedCount).reduce(1.0) { $0 * Double(retrainedCount + $1 + 1) / Double($1 + 1) }
    let smallest = (unlearnedCount == retrainedCount ? 2 : 1) / distinct
    return Self.significance.value(
      Double(notLower) / Double(effort.permutations + 1), spread: .unknown,
      caveat: smallest > 0.05
        ? "with \(unlearnedCount) + \(retrainedCount) models no p below \((1000 * smallest).rounded() / 10) % is possible"
        : nil)
  }

  private func halfMeasurements(_ effort: Effort, _ random: RandomSource) throws -> [MeasuredValue] {
    let splits = splits(effort.splits, random)
    guard !splits.isEmpty else { return [] }
    let outcomes = try splits.map { try self.outcomes($0) }
    let accuracy = outcomes.map { $0.map(\.accuracy).mean }.mean
    // A split without some models has fewer of them than the others, so all splits lose the same ones.
    let groups = Self.groups(min(unlearnedCount, retrainedCount))
    let canLeaveOut = splits.allSatisfy { split in
      groups.allSatisfy { without($0, split).folds >= Self.fewestModels }
    }
    let spread: Spread =
      canLeaveOut
      ? .pseudoValues(
        try groups.map { group in
          let fewer = try splits.map { try accuracies(without(group, $0)).mean }.mean
          return Double(groups.count) * accuracy - Double(groups.count - 1) * fewer
        }) : .unknown
    return [
      Self.halfAccuracy.value(accuracy, spread: spread),
      Self.halfArea.value(outcomes.map { $0.map(\.area).mean }.mean, spread: .unknown),
    ]
  }

  /// Up to `count` different random halves of the seeds, as the method's models of one half and the retrained models of
  /// the other; none below twice the fewest models.
  package func splits(_ count: Int, _ source: RandomSource) -> [Models] {
    let seeds = min(unlearnedCount, retrainedCount)
    guard seeds / 2 >= Self.fewestModels else { return [] }
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

  /// The jackknife pseudo-values of several statistics, over the models of both kinds with the same seed.
  private func jackknife(
    _ models: Models, _ whole: [Double], _ statistics: (Models) throws -> [Double]
  ) throws -> [Spread] {
    let groups = Self.groups(models.folds)
    guard groups.allSatisfy({ without($0, models).folds >= Self.fewestModels }) else {
      return whole.map { _ in .unknown }
    }
    let fewer = try groups.map { try statistics(without($0, models)) }
    let count = Double(groups.count)
    return whole.indices.map { place in
      .pseudoValues(fewer.map { count * whole[place] - (count - 1) * $0[place] })
    }
  }

  /// The seeds that a jackknife leaves out together: each alone up to `mostGroups`.
  private static func groups(_ seeds: Int) -> [Set<Int>] {
    (0..<min(seeds, mostGroups)).map { group in Set(stride(from: group, to: seeds, by: mostGroups)) }
  }

  /// The models without those of some seeds.
  private func without(_ seeds: Set<Int>, _ models: Models) -> Models {
    Models(
      unlearned: models.unlearned.filter { !seeds.contains($0) },
      retrained: models.retrained.filter { !seeds.contains($0 - unlearnedCount) })
  }
}
