import Engine
import Foundation
public import Unlearning

/// KLoM: the Kullback-Leibler divergence of each sample's margins under unlearned models from those under retrained ones.
///
/// For sample x with label y the margin is `z_y − log Σ_{k≠y} exp z_k`, limited to ±100. Over all margins of x 20 equal
/// bins are made, the last one closed; P and Q are the relative frequencies of unlearned and of retrained models, Q at
/// least 1e-5 where P > 0 and then normalized: `KLoM(x) = Σ_b P_b log(P_b / Q_b)`, in nats, 0 for equal histograms and
/// about log 1e5 = 11.5 for disjoint ones.
///
/// With few models histograms of one distribution have a large divergence, too, so that only values of the same number of
/// models can be compared: `_half` at N/2 + N/2, for retrained models half of them against the other half.
/// - Source: Georgiev, Rinberg, Park, Garg, Ilyas, Madry, Neel, "Attribute-to-Delete: Machine Unlearning via Datamodel
///   Matching", arXiv:2410.23232, appendix E.1, and the released eval.py.
/// - Note: The largest margin belongs to the last bin; the released code drops it.
public struct MarginDivergence: Attack {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "klom", title: "KL divergence of margins (KLoM)",
    summary: "Compares the histograms of every sample's margin over unlearned and over retrained models.",
    source: Source(
      authors: "Georgiev, Rinberg, Park, Garg, Ilyas, Madry, Neel",
      title: "Attribute-to-Delete: Machine Unlearning via Datamodel Matching", venue: "ICLR 2025", arXiv: "2410.23232",
      place: "appendix E.1"), version: 2)
  /// Predictions of all models of the method, and of retrained ones.
  public static let reads: Set<EvidenceKind> = [.margins, .retrainedModels, .unlearnedModels]
  /// Mean and two percentiles of each part at N + N models, and the mean at half the size.
  public static let measures = [mean, high, highest, half]
  private static let mean = MeasurementKind(
    "<part>", unit: .nats, direction: .lower, reference: .none, spread: .ofBank,
    meaning: "mean divergence over the samples at N + N models")
  private static let high = MeasurementKind(
    "<part>_p95", unit: .nats, direction: .lower, reference: .none, spread: .unknown,
    meaning: "95th percentile of the divergence over the samples at N + N models")
  private static let highest = MeasurementKind(
    "<part>_p99", unit: .nats, direction: .lower, reference: .none, spread: .unknown,
    meaning: "99th percentile of the divergence over the samples at N + N models")
  private static let half = MeasurementKind(
    "<part>_half", unit: .nats, direction: .nearest, spread: .ofBank,
    meaning: "mean divergence at N/2 + N/2 models, mean over the splits; for retrained models the floor")
  /// All models of a method are one bank.
  public static let isBankScore = true
  /// Two: a histogram of one model is a single bin.
  public static let retrainedModelsNeeded = fewestModels
  private static let fewestModels = 2

  /// What its values mean.
  public static let reading = [
    "A value is the KL divergence of histograms of margins (limited to ±100, 20 equal bins, retrained frequencies at least "
      + "1e-5 and then normalized) over the models, sample by sample. It is never 0 for few models: with 16 + 16 of one "
      + "distribution it is about 4 nats.",
    "Good is retrain's value of the same name, <part>_half. Values of banks of other sizes cannot be compared.",
    "Percentiles are interpolated between samples.",
  ]

  /// The parts to measure.
  @Parameter("parts of the data; four measurements for each")
  public var parts: [Part] = [.forgetTrain, .retainTest]
  /// The number of bins of a histogram.
  @Parameter("number of equal bins of a sample's histograms", .closed(2, 1000)) public var bins = 20
  /// The number of random halves of the bank.
  @Parameter(.bankSplits) public var splits = 35

  /// Forgotten training samples and retained test samples, in 20 bins.
  public init() {}

  /// Rejects an empty list of parts and repeated parts.
  public func validate() throws(ParameterError) { try ParameterError.checkNames(parts, of: "parts", each: "part") }

  private var measuredParts: MeasuredParts { MeasuredParts(parts) }

  /// At least one of the parts must have samples.
  public func obstacle(in cell: CellSizes) -> String? { measuredParts.obstacle(in: cell) }

  /// The names for the parts that have samples.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    names([Self.mean, Self.high, Self.highest], cell)
  }

  /// The values at half the size of the bank.
  public func measurementNames(ofRetrainedIn cell: CellSizes) -> Set<String>? { names([], cell) }

  private func names(_ whole: [MeasurementKind], _ cell: CellSizes) -> Set<String> {
    let halves = (cell.modelCount ?? 0) / 2 >= Self.fewestModels ? [Self.half] : []
    return Set(
      measuredParts.present(in: cell).flatMap { part in (whole + halves).map { $0.named(part.rawValue).name } })
  }

  /// Compares all models of a method with the retrained ones.
  ///
  /// - Throws: `AttackError` with fewer than two models of a kind, without samples, when models saw different samples, or
  ///   when logits are not finite.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let isRetrained = evidence.targetPosition != nil
    let comparison = try evidence.bankComparison(fewestModels: Self.fewestModels)
    let splits = comparison.splits(splits, evidence.bankRandom.stream("halves"))
    return try measuredParts.required(in: evidence.target, of: Self.card.name).flatMap { part -> [MeasuredValue] in
      let margins = try evidence.map(evidence.peers.appending(evidence.retrained), on: part) {
        $0.margins.map { min(max($0, -Self.largestMargin), Self.largestMargin) }
      }
      func divergences(_ models: BankComparison.Models) -> [Double] {
        margins[0].indices.map { sample in
          divergence(models.unlearned.map { margins[$0][sample] }, models.retrained.map { margins[$0][sample] })
        }
      }
      var values: [MeasuredValue] = []
      if !isRetrained {
        let whole = try comparison.whole { models -> [Double] in
          let found = divergences(models).sorted()
          return [found.mean, found.percentile(0.95), found.percentile(0.99)]
        }
        values += zip([Self.mean, Self.high, Self.highest], whole).map { kind, value in
          kind.named(part.rawValue).value(value.value, spread: kind.spread == .ofBank ? value.spread : .unknown)
        }
      }
      for value in try comparison.halves(splits, { [divergences($0).mean] }) ?? [] {
        values.append(Self.half.named(part.rawValue).value(value.value, spread: value.spread))
      }
      return values
    }
  }

  private static let largestMargin = 100.0
  /// The smallest relative frequency of retrained models in a bin that unlearned ones are in.
  private static let smallestFrequency = 1e-5

  /// The divergence of two lists of margins of one sample.
  package func divergence(_ unlearned: [Double], _ retrained: [Double]) -> Double {
    var (low, high) = (Double.infinity, -Double.infinity)
    for margin in unlearned { (low, high) = (min(low, margin), max(high, margin)) }
    for margin in retrained { (low, high) = (min(low, margin), max(high, margin)) }
    // One margin of all models: a bin of width 1 around it.
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    func histogram(_ margins: [Double]) -> [Double] {
      var counts = [Double](repeating: 0, count: bins)
      for margin in margins {
        counts[min(bins - 1, Int(Double(bins) * (margin - low) / (high - low)))] += 1 / Double(margins.count)
      }
      return counts
    }
    let p = histogram(unlearned)
    let q = zip(p, histogram(retrained)).map { $0 > 0 ? max($1, Self.smallestFrequency) : $1 }
    let sum = q.reduce(0, +)
    return zip(p, q).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 * sum / $1.1) : $0 }
  }
}
