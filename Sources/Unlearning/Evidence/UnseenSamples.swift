import Engine

/// Samples that no model of a cell was trained on, weighted to match the class and group composition of the forget set.
///
/// For a model that never saw the forget set, its samples and these are exchangeable: the expected AUC of any score is
/// ½.
public struct UnseenSamples: Sendable {
  /// The model's predictions.
  public let samples: Predictions
  /// The weight of each sample; the mean is 1.
  ///
  /// A stratum (label, and group where groups are known) with the share f of the forget set and h of `samples` has
  /// weights f / h. Samples of strata that the forget set lacks have weight 0.
  public let weights: [Double]
  /// Why a comparison is of limited meaning, where more than 5 % of the forget set is in strata without unseen samples.
  public let caveat: String?
}

extension Evidence {
  /// Selects the unseen samples to compare with forget train: forget test in class requests, else retain test.
  ///
  /// - Parameter rows: The rows of that part to use; nil for all.
  /// - Throws: `AttackError` when a part is empty, logits are not finite, or no unseen sample is in a stratum of the
  ///   forget set.
  public func unseenSamples(_ rows: [Int]? = nil) throws(AttackError) -> UnseenSamples {
    let part: Part = context.forgottenClasses.isEmpty ? .retainTest : .forgetTest
    let whole = try samples(part)
    let unseen = rows.map(whole.selecting) ?? whole
    let forgotten = strata(of: try samples(.forgetTrain), inTest: false)
    let strata = strata(of: unseen, inTest: true)
    let wanted = Dictionary(forgotten.map { ($0, 1.0) }, uniquingKeysWith: +)
    let found = Dictionary(strata.map { ($0, 1.0) }, uniquingKeysWith: +)
    let matched = wanted.reduce(0) { found[$1.key] == nil ? $0 : $0 + $1.value }
    guard matched > 0 else { throw .emptySet("unseen samples of the classes and groups of the forget set") }
    let scale = Double(unseen.count) / matched
    return UnseenSamples(
      samples: unseen, weights: strata.map { scale * wanted[$0, default: 0] / found[$0, default: 1] },
      caveat: matched < 0.95 * Double(forgotten.count)
        ? "more than 5 % of the forget set are of classes or groups without unseen samples" : nil)
  }

  /// The stratum of each sample as a number: its label, and its group where groups are known.
  public func strata(of samples: Predictions, inTest: Bool) -> [Int] {
    guard let groups = context.groups else { return samples.labels }
    let values = inTest ? groups.test : groups.train
    return zip(samples.labels, samples.indices).map { label, index in values[index] * context.classCount + label }
  }
}
