import Engine

/// Samples that no model of a cell was trained on, weighed so that they are composed as the forget set is.
///
/// For a model that never saw the forget set its samples and these are exchangeable: a score tells them apart by chance.
public struct UnseenSamples: Sendable {
  /// The model's predictions.
  public let samples: Predictions
  /// How much each sample counts; the mean is 1.
  ///
  /// A stratum (label, and group where groups are known) with the share f of the forget set and h of `samples` has weights
  /// f / h. Samples of strata that the forget set has not count 0.
  public let weights: [Double]
  /// Why a comparison may say little, where more than a twentieth of the forget set has no unseen sample like it.
  public let caveat: String?
}

extension Evidence {
  /// Unseen samples for a comparison with forget train: forget test in class requests, else retain test.
  ///
  /// - Parameter rows: Rows of that part which may be used; nil is all of them.
  /// - Throws: `AttackError` when a part is empty, logits are not finite, or nothing unseen is like the forget set.
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

  /// A number for the label, and for the group where groups are known, of each sample.
  public func strata(of samples: Predictions, inTest: Bool) -> [Int] {
    guard let groups = context.groups else { return samples.labels }
    let values = inTest ? groups.test : groups.train
    return zip(samples.labels, samples.indices).map { label, index in values[index] * context.classCount + label }
  }
}
