public import Data
import Engine
public import Unlearning

/// The rewinding of SCRUB+R: selects the epoch whose forget set error is nearest to the error on held-out samples.
///
/// The reference is the error of the final student on the held-out samples, which have the forget set's class
/// distribution; the epoch whose error on the forget set is nearest to it is taken, of equally near ones the last.
/// - Source: Kurmanji, Triantafillou, Hayes, Triantafillou, NeurIPS 2023, arXiv:2302.09880, section 3, "SCRUB and
///   Rewind".
/// - Note: The paper holds out validation samples that no model has seen. A method is given forget and retain data
///   alone, so retained samples are held out from the student's training: the original has seen them, and the reference
///   error is too small by as much as the original's errors on seen and on unseen samples differ.
public struct Rewinding: Sendable {
  /// Retained samples to train on.
  public let training: Dataset
  /// Retained samples with the class distribution of the forget set.
  public let heldOut: Dataset

  /// Draws the samples to hold out.
  ///
  /// Class c gives `⌊s·n_f(c)⌋` of its retained samples, with n_f(c) its forget samples and s ≤ 1 the largest number
  /// for which no class gives more than `share` of its retained samples.
  /// - Throws: `UnlearningError.unsupportedRequest` when no sample can be held out, as where whole classes are
  ///   forgotten.
  public init(forget: Dataset, retain: Dataset, share: Double, run: Run) throws(UnlearningError) {
    let (wanted, available) = (forget.classSizes, retain.classSizes)
    let classes = wanted.indices.filter { wanted[$0] > 0 }
    let scale = classes.map { min(1, share * Double(available[$0]) / Double(wanted[$0])) }.min() ?? 0
    var random = run.random.stream("scrub").stream("held out")
    var rows: [Int] = []
    for label in classes {
      let own = retain.labels.indices.filter { retain.labels[$0] == label }
      // A small tolerance, so that rounding does not lose a whole sample.
      rows += random.sample(Int(scale * Double(wanted[label]) + 1e-9), of: own)
    }
    guard !rows.isEmpty else {
      throw .unsupportedRequest(
        "'rewind' compares the forget set with retained samples of its classes, and there are too few of them; "
          + "leave it out")
    }
    let held = Set(rows)
    heldOut = retain.selecting(rows.sorted())
    training = retain.selecting(retain.labels.indices.filter { !held.contains($0) })
  }

  /// The index of the element of `errors` nearest to `reference`; of equally near ones the last.
  public static func nearest(_ errors: [Double], to reference: Double) -> Int? {
    errors.indices.min { (abs(errors[$0] - reference), -$0) < (abs(errors[$1] - reference), -$1) }
  }
}
