public import Unlearning

extension ThresholdAttack {
  /// A score and how its threshold is set.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// Member where the prediction is right; no threshold.
    case correctness
    /// Probability of the label, a threshold per class.
    case confidence
    /// Negative entropy of the prediction, a threshold per class.
    case entropy
    /// Negative modified entropy of the prediction, a threshold per class.
    case modifiedEntropy = "modified-entropy"
    /// Negative cross-entropy, one threshold for all classes.
    case loss
    /// Area under the ROC curve of the negative cross-entropy; no threshold.
    case lossAUC = "loss-auc"

    /// The name in snake_case, as measurements write it.
    var measurementName: String { rawValue.replacing("-", with: "_") }
  }

  /// What can be set.
  public struct Parameters: ParameterSet, Hashable {
    /// The attacks to report.
    public var variants: [Variant] = [.correctness, .confidence, .entropy, .modifiedEntropy, .loss]
    /// Whether modified entropy is that of the released code of SalUn and not the published one.
    public var asReleased = false

    /// Four attacks of Song and Mittal and the loss threshold.
    public init() {}

    /// What each value means.
    public static let fields: [ParameterField] = [
      ParameterField("variants", "attacks to report", .oneOf(Variant.allCases.map(\.rawValue))),
      ParameterField("as_released", "whether modified entropy has the slip of SalUn's released code"),
    ]
  }
}
