import Unlearning

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
    /// Fitted to a half of the test samples and as many of retain train. Value: mean of the shares of the rest of both
    /// that are judged correctly.
    case trainingPrivacy = "training-privacy"

    /// What it measures with the confidence as feature; named by the variant in snake_case.
    var measured: MeasurementKind {
      let meaning =
        switch self {
        case .salun: "fraction of forget train classified as non-members, as in SalUn"
        case .kodge: "fraction of forget test classified as non-members, with forget train as the known non-members"
        case .delete: "fraction of forget train classified as members, as in DELETE"
        case .trainingPrivacy: "accuracy on held-out retained and test samples"
        }
      return MeasurementKind(rawValue.replacing("-", with: "_"), direction: .nearest, meaning: meaning)
    }
  }

  /// The feature of a prediction that the attacker reads.
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

  /// How members are subsampled when there are more than needed.
  public enum MemberOrder: String, Codable, Sendable, CaseIterable {
    /// The first ones of the data set, as in the released code; in data sorted by class these come from one to three
    /// classes, and values carry a caveat.
    case first
    /// A random draw with as many members of each class as there are non-members.
    case random
  }

  /// Which test samples are the non-members of `salun` and `training-privacy`.
  public enum NonMembers: String, Codable, Sendable, CaseIterable {
    /// Test samples of the classes that are kept.
    case retained
    /// All test samples, those of forgotten classes too.
    case all
  }
}
