public import Unlearning

extension MutualInformationUnlearning {
  /// Which of two readings of the method is run.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// The estimator of the original's information is fitted to the original's features, which are those of evaluate
    /// mode.
    case paper
    /// As the released code does: it is fitted to the features of the model that unlearns, with the same drawn groups as the
    /// other estimator; the original's features are normalised by each batch's own statistics; and each fitting takes one
    /// step more than configured, 101 and 11 for 100 and 10.
    case asReleased = "as-released"
  }

  /// What can be set.
  public struct Parameters: ParameterSet {
    /// Which reading is run.
    public var variant = Variant.paper
    /// The first so many epochs begin with a pass over the forget set.
    public var forgettingEpochs = 5
    /// λ of the calibration term.
    public var calibration = 10.0
    /// The rate of the estimators' SGD; its momentum is 0.9.
    public var estimatorRate = 0.01
    /// Steps of the estimators before the first epoch.
    public var firstEstimatorSteps = 100
    /// Steps of the estimators before every other epoch.
    public var estimatorSteps = 10
    /// Whether retained samples are reweighted.
    public var reweights = true
    /// Whether the calibration term takes part.
    public var calibrates = true
    /// Whether the passes over the forget set take place.
    public var forgets = true
    /// Whether the retain set's cross-entropy takes part.
    public var retains = true
    /// How steps are taken.
    public var training = TrainingRecipe(
      epochs: 10, learningRate: 1e-3, batchSize: 256, schedule: .cosine, weightDecay: 1e-4)

    /// The released code's values for CelebA and half of a group.
    public init() {}

    /// What each number means.
    public static let fields =
      [
        ParameterField(
          "variant", "the method as the paper means it, or with the quirks of the released code",
          .oneOf(Variant.allCases.map(\.rawValue))),
        ParameterField("forgetting_epochs", "epochs that begin with a pass over the forget set", .epochs(from: 0)),
        ParameterField("calibration", "weight of the squared difference to the original's information", .weight),
        ParameterField("estimator_rate", "learning rate of the two estimators", .positive),
        ParameterField(
          "first_estimator_steps", "steps of the estimators before the first epoch", .closed(1, 1_000_000)),
        ParameterField("estimator_steps", "steps of the estimators before every other epoch", .closed(0, 1_000_000)),
        ParameterField("reweights", "whether retained samples are reweighted"),
        ParameterField("calibrates", "whether the calibration term takes part"),
        ParameterField("forgets", "whether the passes over the forget set take place"),
        ParameterField("retains", "whether the retain set's cross-entropy takes part"),
      ] + TrainingRecipe.fields(below: "training")
  }
}
