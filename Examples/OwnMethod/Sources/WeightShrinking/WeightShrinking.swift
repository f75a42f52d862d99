import Data
import Engine
public import Unlearning

/// Shrinks the head's row of every forgotten class.
///
/// `w_c ← α·w_c` for every forgotten class c, with w_c the row of the last layer's weights; the bias stays. The method
/// needs no data and no training, and shows how little may be a method: see what the metrics say of it.
public struct WeightShrinking: UnlearningMethod {
  /// What `list` and `describe` print; `version` is part of every cache key.
  public static let card = Card(
    name: "weight-shrinking", title: "Weight shrinking", summary: "Shrinks the head's rows of forgotten classes.",
    source: Source(authors: "The authors of this package", venue: "unpublished"), version: 1)
  /// It reads neither the retain nor the forget set, so that cells without them are run, too.
  public static let needs: Set<MethodNeed> = [.originalModel]
  /// Requests of samples have no class whose row could shrink; their cells are left out with the reason.
  public static let serves: Set<RequestKind> = [.oneClass, .severalClasses]

  /// α.
  ///
  /// What an experiment file can set is a property with `@Parameter`: its meaning, its range, which is checked when the
  /// file is read, before anything runs, and its default.
  @Parameter("what the row of a forgotten class is multiplied by", .closed(0, 1)) public var factor = 0.5

  /// α = ½.
  public init() {}

  /// The original with smaller rows.
  ///
  /// A classifier is a value: changing the copy leaves the original as it was.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    try run.checkpoint()
    var weights = original.headWeights
    for label in run.forgottenClasses {
      for column in 0..<weights.shape[1] { weights[label, column] *= Float(factor) }
    }
    var model = original
    model.parameters["\(Classifier.headPath).weight"] = weights
    return model
  }
}
