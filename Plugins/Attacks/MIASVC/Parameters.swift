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
    /// Fitted to a half of the test samples and as many of retain train. Value: mean of the shares of the rest of both that
    /// are judged correctly.
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
    /// The first ones of the data set, as released; of data sorted by class these are of one to three classes, and values
    /// carry a caveat.
    case first
    /// Of each class as many as there are non-members of it, drawn at random.
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
    /// Which members are taken when there are more than needed; nil is `random`, and `first` with `asReleased`.
    public var memberOrder: MemberOrder?
    /// How many random draws of members (and of non-members, where they are bounded) a value is the mean of.
    public var draws = 5
    /// Whether `kodge` takes as many members as non-members, evenly over classes; its source takes all members.
    public var balance = false
    /// Which test samples are non-members in a class request; not stated in the papers, chosen.
    public var nonMembers = NonMembers.retained
    /// At most so many members and so many non-members are fitted to; nil fits to all of them, as the sources do.
    public var maximumSamples: Int?
    /// Whether members are the first ones of the data set, and modified entropy that of the released code.
    public var asReleased = false

    /// `memberOrder`, or what `asReleased` asks for.
    var usedMemberOrder: MemberOrder { memberOrder ?? (asReleased ? .first : .random) }

    /// Three definitions on the confidence, C = 3, γ = 1 / number of features, five draws.
    public init() {}

    /// What each value means.
    public static let fields: [ParameterField] = [
      ParameterField(
        "variants", "published definitions to report", .oneOf(Variant.allCases.map(\.rawValue))),
      ParameterField(
        "features", "what the attacker reads; an attack for each", .oneOf(Feature.allCases.map(\.rawValue))),
      ParameterField("cost", "C, the cost of a sample on the wrong side", .positive),
      ParameterField("gamma", "γ of the kernel exp(−γ‖x−y‖²); null is 1 / number of features", .positive),
      ParameterField(
        "member_order", "members taken when there are more than needed; null is 'random', 'first' as released",
        .oneOf(MemberOrder.allCases.map(\.rawValue))),
      ParameterField("draws", "random draws of samples to fit to that a value is the mean of", .closed(1, 1000)),
      ParameterField("balance", "whether 'kodge' takes as many members as non-members"),
      ParameterField(
        "non_members", "test samples that are non-members of 'salun' in a class request",
        .oneOf(NonMembers.allCases.map(\.rawValue))),
      ParameterField(
        "maximum_samples", "most samples of the larger side, the other in proportion; null is all of them",
        .closed(2, 1_000_000)),
      ParameterField(
        "as_released", "whether members are the first ones, and modified entropy has the slip of the released code"),
    ]
  }
}
