public import Unlearning

extension SupportVectorMIA {
  /// A published definition of the attack; they are not comparable with one another.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// Members: retain train, as many as non-members. Non-members: retain test. Value: share of forget train judged
    /// non-member.
    case salun
    /// Members: all of retain train. Non-members: forget train. Value: share of forget test judged non-member.
    case kodge
    /// Members: retain train, as many as non-members. Non-members: retain test. Value: share of forget train judged
    /// member.
    case delete
    /// Fitted to the first halves of the sides of `salun`. Value: mean of the shares of the other halves that are judged
    /// rightly.
    case trainingPrivacy = "training-privacy"

    /// The name in snake_case, as measurements write it.
    var measurementName: String { rawValue.replacing("-", with: "_") }
  }

  /// What the attacker reads of each prediction.
  public enum Feature: String, Codable, Sendable, CaseIterable {
    /// 1 where the label is the most probable class, else 0.
    case correctness
    /// Probability of the label.
    case confidence
    /// Entropy of the prediction.
    case entropy
    /// Modified entropy of the prediction.
    case modifiedEntropy = "modified-entropy"
    /// All K probabilities.
    case probabilities

    /// The name in snake_case, as measurements write it.
    var measurementName: String { rawValue.replacing("-", with: "_") }
  }

  /// Which members are taken when there are more than needed.
  public enum MemberOrder: String, Codable, Sendable, CaseIterable {
    /// The first ones of the data set.
    case first
    /// A random subset.
    case random
  }

  /// Which test samples are the non-members of `salun` and `training-privacy`.
  public enum NonMembers: String, Codable, Sendable, CaseIterable {
    /// Test samples of the classes that are kept.
    case retained
    /// All test samples, those of forgotten classes too.
    case all
  }

  /// What can be set.
  public struct Parameters: ParameterSet, Hashable {
    /// The published definitions to report.
    public var variants: [Variant] = [.salun, .kodge, .delete]
    /// What the attacker reads; each feature is an attack of its own.
    public var features: [Feature] = [.confidence]
    /// The cost C of a sample on the wrong side.
    public var cost = 3.0
    /// γ of the kernel; nil is 1 / number of features, "auto".
    public var gamma: Double?
    /// Which members are taken when there are more than needed.
    public var memberOrder = MemberOrder.first
    /// Which test samples are non-members in a class request; not stated in the papers, chosen.
    public var nonMembers = NonMembers.retained
    /// At most so many members and so many non-members are fitted to; nil fits to all of them, as the sources do.
    public var maximumSamples: Int?
    /// Whether modified entropy is that of the released code and not the published one.
    public var asReleased = false

    /// Three definitions on the confidence, C = 3, γ = 1 / number of features.
    public init() {}

    /// What each value means.
    public static let fields: [ParameterField] = [
      ParameterField(
        "variants", "published definitions to report", .oneOf(Variant.allCases.map(\.rawValue))),
      ParameterField(
        "features", "what the attacker reads; an attack for each", .oneOf(Feature.allCases.map(\.rawValue))),
      ParameterField("cost", "C, the cost of a sample on the wrong side", .above(0)),
      ParameterField("gamma", "γ of the kernel exp(−γ‖x−y‖²); null is 1 / number of features", .above(0)),
      ParameterField(
        "member_order", "members taken when there are more than needed",
        .oneOf(MemberOrder.allCases.map(\.rawValue))),
      ParameterField(
        "non_members", "test samples that are non-members of 'salun' in a class request",
        .oneOf(NonMembers.allCases.map(\.rawValue))),
      ParameterField(
        "maximum_samples", "most samples of the larger side, the other in proportion; null is all of them", .atLeast(2)),
      ParameterField("as_released", "whether modified entropy has the slip of the released code"),
    ]
  }
}
