import Data
import Engine
import Unlearning

/// Shrinks the head's row of every forgotten class: a method as short as can be.
struct WeightShrinking: UnlearningMethod {
  struct Parameters: ParameterSet {
    /// What the row is multiplied by.
    var factor = 0.5
    static let fields = [ParameterField("factor", "what the row of a forgotten class is multiplied by", .closed(0, 1))]
  }
  static let card = Card(
    name: "weight-shrinking", title: "Weight shrinking", summary: "Shrinks the head's rows of forgotten classes.",
    source: Source(authors: "This package", venue: "an example"))
  static let needs: Set<MethodNeed> = [.originalModel]
  static let serves: Set<RequestKind> = [.oneClass, .severalClasses]
  let parameters: Parameters

  init(_ parameters: Parameters) throws(ParameterError) {
    try parameters.validate()
    self.parameters = parameters
  }

  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    try run.checkpoint()
    guard !forget.isEmpty else { throw UnlearningError.emptyForgetSet }
    var weights = original.headWeights
    for label in run.forgottenClasses {
      for column in 0..<weights.shape[1] { weights[label, column] *= Float(parameters.factor) }
    }
    var model = original
    model.parameters["\(Classifier.headPath).weight"] = weights
    return model
  }
}
