public import Unlearning

extension NearestNeighbourMIA {
  /// What the discriminators read of a model's output on one sample.
  public enum Features: String, Codable, Sendable, CaseIterable {
    /// All K logits.
    case logits
    /// All K probabilities.
    case probabilities
    /// Logits of the classes that are kept: hides that the forgotten class is suppressed.
    case retainedLogits = "retained-logits"
    /// The probability of the class that the discriminator stands for: one number.
    case neighbourProbability = "neighbour-probability"

    /// The name in snake_case, as measurements write it.
    var measurementName: String { rawValue.replacing("-", with: "_") }
  }

  /// Whether features are scaled before a discriminator is fitted.
  public enum Scaling: String, Codable, Sendable, CaseIterable {
    /// As they are.
    case none
    /// Mean 0 and variance 1 over the samples that the discriminator is fitted to, see `Standardisation`.
    case standard
  }

  /// The kernels of the discriminators.
  public enum KernelKind: String, Codable, Sendable, CaseIterable {
    /// `exp(−γ‖x − y‖²)`
    case rbf
    /// `x·y`
    case linear
  }

  /// How the nearest neighbour of a forgotten class is found among the kept classes.
  public enum NeighbourRule: String, Codable, Sendable, CaseIterable {
    /// By the discriminators of the retrained models.
    case accuracy
    /// The class that retrained models most often predict for the forgotten one; fits no discriminators.
    case argmaxRate = "argmax-rate"
  }

  /// What a discriminator tells apart.
  public enum Mode: String, Codable, Sendable, CaseIterable {
    /// A kept class from the other kept classes; the value is the share of forget samples taken for it.
    case oneVsRest = "one-vs-rest"
    /// A kept class from the forgotten class, cross-fitted on two halves; the value is the mean share judged correctly.
    case pairwise
  }

  /// What can be set.
  ///
  /// Probabilities and a support vector machine are stated; every other default is not stated in the paper, chosen.
  public struct Parameters: ParameterSet, Hashable {
    /// What the discriminators read.
    public var features = Features.probabilities
    /// Whether features are scaled; nil is `standard` for logits and retained logits, `none` for probabilities.
    public var scaling: Scaling?
    /// The kernel of the discriminators.
    public var kernel = KernelKind.rbf
    /// The cost C of a sample on the wrong side.
    public var cost = 3.0
    /// γ of the kernel; nil is 1 / number of features, "auto".
    public var gamma: Double?
    /// Whether a discriminator is fitted to equally many samples of both sides.
    public var balance = true
    /// The samples of the forgotten class that are judged: `forget_test` or `forget_train`.
    public var evaluate = Part.forgetTest
    /// How the nearest neighbour is found.
    public var neighbour = NeighbourRule.accuracy
    /// What a discriminator tells apart.
    public var mode = Mode.oneVsRest
    /// The fewest test samples of a kept class, and judged ones of a forgotten class; fewer are an error.
    public var minimumClassSamples = 10

    /// `scaling`, or what the features ask for.
    var usedScaling: Scaling {
      switch features {
      case .logits, .retainedLogits: scaling ?? .standard
      case .probabilities, .neighbourProbability: scaling ?? .none
      }
    }

    /// Probabilities, C = 3, γ = 1 / number of features, balanced, on the test split.
    public init() {}

    /// What each value means.
    public static let fields: [ParameterField] = [
      ParameterField(
        "features", "what the discriminators read", .oneOf(Features.allCases.map(\.rawValue))),
      ParameterField(
        "scaling", "whether features are scaled; null is 'standard' for logits and 'none' for probabilities",
        .oneOf(Scaling.allCases.map(\.rawValue))),
      ParameterField("kernel", "kernel of the discriminators", .oneOf(KernelKind.allCases.map(\.rawValue))),
      ParameterField("cost", "C, the cost of a sample on the wrong side", .positive),
      ParameterField("gamma", "γ of the kernel exp(−γ‖x−y‖²); null is 1 / number of features", .positive),
      ParameterField("balance", "whether both sides of a discriminator have equally many samples"),
      ParameterField(
        "evaluate", "samples of the forgotten class that are judged",
        .oneOf([Part.forgetTest.rawValue, Part.forgetTrain.rawValue])),
      ParameterField(
        "neighbour", "how the nearest kept class is found", .oneOf(NeighbourRule.allCases.map(\.rawValue))),
      ParameterField("mode", "what a discriminator tells apart", .oneOf(Mode.allCases.map(\.rawValue))),
      ParameterField(
        "minimum_class_samples", "fewest samples of each class that is fitted to or judged; fewer are an error",
        .closed(2, 1_000_000)),
    ]
  }
}
