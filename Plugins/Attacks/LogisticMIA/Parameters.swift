public import Unlearning

extension LogisticAttack {
  /// A published definition of the attack.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// That of the NeurIPS 2023 unlearning challenge.
    case startingKit = "starting-kit"
    /// That of SCRUB: unseen samples of the same classes, in the same numbers, and a clipped loss.
    case scrub

    /// The name in snake_case, as measurements write it.
    var measurementName: String { rawValue.replacing("-", with: "_") }
  }

  /// What can be set.
  public struct Parameters: ParameterSet, Hashable {
    /// The published definitions to report.
    public var variants: [Variant] = [.startingKit]
    /// Random splits of `starting-kit`.
    public var splits = 10
    /// Random splits of `scrub`.
    public var scrubSplits = 5
    /// Share of the samples that each split holds out.
    public var testShare = 0.1
    /// C; the smaller, the stronger the penalty on the slope.
    public var cost = 1.0
    /// Largest loss that `scrub` tells apart, in nats.
    public var clip = 100.0

    /// Ten splits of 10 %, C = 1.
    public init() {}

    /// What each value means.
    public static let fields: [ParameterField] = [
      ParameterField("variants", "published definitions to report", .oneOf(Variant.allCases.map(\.rawValue))),
      ParameterField("splits", "random splits of 'starting-kit'", .closed(1, 10_000)),
      ParameterField("scrub_splits", "random splits of 'scrub'", .closed(1, 10_000)),
      ParameterField("test_share", "share of the samples that each split holds out", .open(0, 1)),
      ParameterField("cost", "C of the regression; the smaller, the stronger its penalty", .positive),
      ParameterField("clip", "largest loss that 'scrub' tells apart, in nats", .positive),
    ]
  }
}
