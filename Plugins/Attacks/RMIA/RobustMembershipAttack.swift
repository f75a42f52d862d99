import Engine
import Foundation
public import Unlearning

/// RMIA: whether an unlearned model looks trained on a sample, by comparing it with samples of the population.
///
/// With `Pr(x|θ)` the signal of sample x under the attacked model and `Pr(x)` its mean under reference models, the
/// originals of random halves, `ratio(x) = Pr(x|θ) / Pr(x)` and
/// `score(x) = P_z[ratio(x) / ratio(z) > γ]` over the retained test samples z.
///
/// - `offline`: `Pr(x) = ½(1 + a)·mean_out(x) + ½(1 − a)`, over originals that were not trained on x
/// - `online`: `Pr(x) = ½(mean_in(x) + mean_out(x))`; no original was trained on z, so that `Pr(z) = mean_out(z)`
///
/// - Source: Zarifzadeh, Liu, Shokri, "Low-Cost High-Power Membership Inference Attacks", ICML 2024, arXiv:2312.03262;
///   against unlearning as in AMUN (Ebrahimpour-Boroujeny, Sundaram, Chandrasekaran, arXiv:2503.00917), whose forget-test
///   AUC is `auc`, retain-test AUC `retained_auc` and forget-retain AUC `retained_forgotten_auc`.
/// - Note: Negatives are samples of the request that the model was never trained on, which are exchangeable with the
///   forgotten ones; AMUN's are all test samples. All references are used, without the nearest ones.
/// - Note: The accuracy is at a score of ½. References are at least 1e-30.
/// - Note: `taylor-soft-margin` with temperature 2, degree 4 and margin 0.6; `as_released` has the released code's sum,
///   which ends at degree 3.
public struct RobustMembershipAttack: SampleAttack {
  /// What is known of a sample.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// Models trained without it.
    case offline
    /// Models trained with it and without it.
    case online
  }

  /// What is read of a sample's logits.
  public enum Signal: String, Codable, Sendable, CaseIterable {
    /// The probability of the label.
    case softmax
    /// `e(z_y/T − m) / (e(z_y/T − m) + Σ_{k≠y} e(z_k/T))` with the Taylor polynomial `e(u) = Σ_i uⁱ/i!`.
    case taylorSoftMargin = "taylor-soft-margin"
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "rmia", title: "Robust membership inference attack (RMIA)",
    summary: "Tells whether an unlearned model looks trained on a sample, against samples of the population.",
    source: Source(
      authors: "Zarifzadeh, Liu, Shokri", title: "Low-Cost High-Power Membership Inference Attacks", venue: "ICML 2024",
      arXiv: "2312.03262", place: "offline and online; attacked are unlearned models"))
  /// Shadow models of random halves, and their predictions of test samples.
  public static let reads: Set<EvidenceKind> = [.predictions, .shadowModels]
  /// What its values mean.
  public static let reading = [
    "auc: forgotten samples against ones never trained on (AMUN's forget-test AUC). Good is retrain's value, near 0.5.",
    "retained_auc: samples trained on and not forgotten against ones never trained on (retain-test). "
      + "retained_forgotten_auc: these against forgotten ones (forget-retain), which retraining separates as well as the "
      + "attack can.",
    "accuracy is at a score of ½, the median of the population.",
  ]
  /// Unlearning may expose those who stay.
  public static let judgesRetained = true

  /// The references of a sample.
  @Parameter("whether models trained with a sample are known, or only others") public var variant = Variant.offline
  /// What is read of a sample's logits.
  @Parameter("the number that is read of a sample's logits") public var signal = Signal.softmax
  /// a.
  @Parameter("weight of the references in the offline mean, against a mean of 1", .closed(0, 1)) public
    var offlineWeight =
    0.3
  /// γ.
  @Parameter("factor by which a sample's ratio must exceed that of one of the population", .positive) public var gamma =
    1.0
  /// The reading of the released code.
  @Parameter("whether the released code's Taylor polynomial, one degree short, is used") public var asReleased = false

  /// Offline, with softmax probabilities.
  public init() {}

  /// The samples of the population must be there.
  public func obstacle(in cell: CellSizes) -> String? { MeasuredParts([.retainTest]).obstacle(in: cell) }

  /// The game on signals.
  public func game(_ shadows: ShadowBank, _ evidence: Evidence) throws -> SampleGame {
    let originals = try evidence.map(shadows.originals, on: .forgetTrain, signals)
    let population = try evidence.map(shadows.originals, on: .retainTest, signals)
    let attackedPopulation = try evidence.map(shadows.unlearned, on: .retainTest, signals)
    let ascending = zip(attackedPopulation, shadows.originalsOfUnlearned).map { own, original in
      let others = population.indices.filter { $0 != original }.map { population[$0] }
      return zip(own, mean(others)).map { $0 / reference(inside: nil, outside: $1) }.sorted()
    }
    return SampleGame(
      first: shadows.originals(originals, trained: true), second: shadows.originals(originals, trained: false),
      attacked: shadows.attacked(try evidence.map(shadows.unlearned, on: .forgetTrain, signals)),
      originalCount: shadows.originals.count, judgesRetained: true
    ) { place, number, inside, outside in
      let ratio = number / reference(inside: inside.mean, outside: outside.mean)
      // A polynomial of odd degree may be negative, and so may the ratios.
      let below = [0, ratio / gamma].map { fraction(of: ascending[place], below: $0) }
      return abs(below[1] - below[0]) - 0.5
    }
  }

  /// Pr(x) from the means over references that were trained on x, nil where there are none, and over others.
  private func reference(inside: Double?, outside: Double) -> Double {
    let mean =
      switch variant {
      case .offline: 0.5 * (1 + offlineWeight) * outside + 0.5 * (1 - offlineWeight)
      case .online: inside.map { 0.5 * ($0 + outside) } ?? outside
      }
    return max(mean, 1e-30)
  }

  /// The mean of each sample over the models.
  private func mean(_ rows: [[Double]]) -> [Double] {
    var sums = [Double](repeating: 0, count: rows.first?.count ?? 0)
    for row in rows { for sample in row.indices { sums[sample] += row[sample] } }
    return sums.map { $0 / Double(rows.count) }
  }

  /// The fraction of the `ascending` numbers that are below `bound`.
  private func fraction(of ascending: [Double], below bound: Double) -> Double {
    var (low, high) = (0, ascending.count)
    while low < high {
      let middle = (low + high) / 2
      if ascending[middle] < bound { low = middle + 1 } else { high = middle }
    }
    return Double(low) / Double(ascending.count)
  }

  /// The signal of every sample.
  package func signals(_ predictions: Predictions) -> [Double] {
    guard signal == .taylorSoftMargin else { return predictions.confidences }
    return predictions.labels.enumerated().map { row, label in
      let numbers = predictions.logits.row(row).enumerated().map { place, logit in
        taylor(Double(logit) / 2 - (place == label ? 0.6 : 0))
      }
      return numbers[label] / numbers.reduce(0, +)
    }
  }

  /// `Σ_i uⁱ/i!` up to degree 4, or 3 as released.
  private func taylor(_ number: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for degree in 1...(asReleased ? 3 : 4) {
      term *= number / Double(degree)
      sum += term
    }
    return sum
  }
}
