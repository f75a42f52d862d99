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
}
