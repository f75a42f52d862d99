/// How originals and retrained models are trained: the block `training:` at the top of experiment files.
///
/// In experiment files and step keys its values and those of `steps` share one flat block.
public struct OriginalRecipe: ParameterSet, Hashable {
  /// Which epoch's model a training returns.
  public enum Keep: String, Codable, Sendable, CaseIterable {
    /// The model after the last epoch.
    case last
    /// The model of the epoch with the best validation accuracy, the first of equals.
    case bestValidation = "best-validation"
  }

  /// Epochs, batch size, optimizer and learning rates of the training.
  public var steps = TrainingRecipe()
  /// Whether the training minimizes the weighted group losses of group-DRO, see `GroupWeights`.
  public var groupRobust = false
  /// η of group-DRO, the step size of the group weights.
  public var groupStep = 0.01
  /// Which epoch's model the training returns; `bestValidation` needs a validation set.
  public var keep = Keep.last

  /// The default steps, without group-DRO; the last epoch's model is returned.
  public init() {}

  /// The given steps, without group-DRO; the last epoch's model is returned.
  public init(_ steps: TrainingRecipe) { self.steps = steps }

  /// The fields of `steps`, then those that only originals and retrained models have.
  public static let fields: [ParameterField] =
    TrainingRecipe.fields + [
      ParameterField("group_robust", "whether groups with large losses weigh more (group-DRO)"),
      ParameterField("group_step", "how fast group-DRO moves the weights of groups", .positive),
      ParameterField("keep", "which epoch's model is kept", .oneOf(Keep.allCases.map(\.rawValue))),
    ]
}

extension OriginalRecipe: Codable {
  private enum CodingKeys: String, CodingKey { case groupRobust, groupStep, keep }

  /// Decodes `steps` and the other values from one flat block.
  public init(from decoder: any Decoder) throws {
    steps = try TrainingRecipe(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    groupRobust = try container.decode(Bool.self, forKey: .groupRobust)
    groupStep = try container.decode(Double.self, forKey: .groupStep)
    keep = try container.decode(Keep.self, forKey: .keep)
  }

  /// Encodes `steps` and the other values into one flat block.
  public func encode(to encoder: any Encoder) throws {
    try steps.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(groupRobust, forKey: .groupRobust)
    try container.encode(groupStep, forKey: .groupStep)
    try container.encode(keep, forKey: .keep)
  }
}
