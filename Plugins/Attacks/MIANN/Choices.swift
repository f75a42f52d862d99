extension NearestNeighborMIA {
  /// The features φ_M(x) that discriminators read from a model's output on one sample.
  public enum Features: String, Codable, Sendable, CaseIterable {
    /// All K logits.
    case logits
    /// All K probabilities.
    case probabilities
    /// The logits of the kept classes, which hide that the forgotten class is suppressed.
    case retainedLogits = "retained-logits"
    /// The probability of the discriminator's own class, one number.
    case neighborProbability = "neighbor-probability"

    /// The name in snake_case, as measurements write it.
    var measurementName: String { rawValue.replacing("-", with: "_") }
  }

  /// Whether features are scaled before a discriminator is fitted.
  public enum Scaling: String, Codable, Sendable, CaseIterable {
    /// Features are not scaled.
    case none
    /// Mean 0 and variance 1 over the samples that the discriminator is fitted to, see `Standardization`.
    case standard
  }

  /// The kernels of the discriminators.
  public enum KernelKind: String, Codable, Sendable, CaseIterable {
    /// `exp(−γ‖x − y‖²)`
    case rbf
    /// `x·y`
    case linear
  }

  /// How the nearest neighbor of a forgotten class is found among the kept classes.
  public enum NeighborRule: String, Codable, Sendable, CaseIterable {
    /// The largest mean accuracy `Acc_i` of the discriminators on retrained models.
    case accuracy
    /// The class that retrained models most often predict for the forgotten one; no discriminator is fitted for this.
    case argmaxRate = "argmax-rate"
  }

  /// Whose outputs the discriminators are fitted to.
  public enum Discriminators: String, Codable, Sendable, CaseIterable {
    /// Those of the attacked model itself.
    case own
    /// Those of each retrained model but the attacked one; the value is the mean over their discriminators.
    case retrained
  }

  /// The two sides of a discriminator.
  public enum Mode: String, Codable, Sendable, CaseIterable {
    /// A kept class from the other kept classes; the value is the fraction of forget samples assigned to it.
    case oneVsRest = "one-vs-rest"
    /// A kept class from the forgotten class, cross-fitted on two halves; the value is the mean accuracy.
    case pairwise
  }
}
