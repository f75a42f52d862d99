/// How originals and retrained models are trained: the block `training:` at the top of experiment files.
///
/// In files and keys its values stand beside those of `steps`, in one block.
public struct OriginalRecipe: ParameterSet, Hashable {
  /// Which epoch's model a training ends with.
  public enum Keep: String, Codable, Sendable, CaseIterable {
    /// The last one's.
    case last
    /// That of the best accuracy on validation samples, the first of equals.
    case bestValidation = "best-validation"
  }

  /// How steps are taken.
  public var steps = TrainingRecipe()
  /// Whether groups with large losses weigh more (group-DRO).
  public var groupRobust = false
  /// η of group-DRO.
  public var groupStep = 0.01
  /// Which epoch's model is kept.
  public var keep = Keep.last

  /// The usual recipe, without regard to groups; the last epoch's model is kept.
  public init() {}

  /// Steps as `steps` says, without regard to groups; the last epoch's model is kept.
  public init(_ steps: TrainingRecipe) { self.steps = steps }

  /// Those of the steps, and what methods have no use for.
  public static let fields: [ParameterField] =
    TrainingRecipe.fields + [
      ParameterField("group_robust", "whether groups with large losses weigh more (group-DRO)"),
      ParameterField("group_step", "how fast group-DRO moves the weights of groups", .positive),
      ParameterField("keep", "which epoch's model is kept", .oneOf(Keep.allCases.map(\.rawValue))),
    ]
}

extension OriginalRecipe: Codable {
  private enum CodingKeys: String, CodingKey { case groupRobust, groupStep, keep }

  /// Reads the steps and its own values from one block.
  public init(from decoder: any Decoder) throws {
    steps = try TrainingRecipe(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    groupRobust = try container.decode(Bool.self, forKey: .groupRobust)
    groupStep = try container.decode(Double.self, forKey: .groupStep)
    keep = try container.decode(Keep.self, forKey: .keep)
  }

  /// Writes the steps and its own values into one block.
  public func encode(to encoder: any Encoder) throws {
    try steps.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(groupRobust, forKey: .groupRobust)
    try container.encode(groupStep, forKey: .groupStep)
    try container.encode(keep, forKey: .keep)
  }
}
