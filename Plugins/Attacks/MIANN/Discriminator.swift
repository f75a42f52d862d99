import Engine
import Unlearning

/// A support vector machine on the attack's features, scaled by its `scaling`.
struct Discriminator {
  private let machine: SupportVectorMachine
  private let fitted: [FeatureRows]
  private let features: (Predictions) -> FeatureRows
  /// Reasons why the accuracy of its decisions may be degenerate.
  private let caveats: [String]

  /// Fits a machine that separates `positives` from `negatives` by `features`.
  init(
    positives: Predictions, negatives: Predictions, attack: NearestNeighborMIA,
    features: @escaping (Predictions) -> FeatureRows
  ) throws(AttackError) {
    var sides = [features(positives), features(negatives)]
    switch attack.usedScaling {
    case .none: self.features = features
    case .standard:
      let scale = try Standardization(fittedTo: sides)
      sides = sides.map(scale.callAsFunction)
      self.features = { scale(features($0)) }
    }
    let kernel: SupportVectorMachine.Kernel =
      switch attack.kernel {
      case .linear: .linear
      case .rbf: .rbf(gamma: attack.gamma ?? 1 / Double(sides[0].width))
      }
    machine = try SupportVectorMachine(
      positives: sides[0], negatives: sides[1], kernel: kernel, cost: attack.cost)
    fitted = sides
    var caveats: [String] = []
    // Kept classes hardly overlap, so that a valid discriminator has few support vectors.
    if machine.supportShare > 0.8 { caveats.append(Self.manySupportVectors) }
    if case .rbf = kernel,
      let median = kernel.median(over: FeatureRows(sides.flatMap(\.values), width: sides[0].width)),
      median < 0.1
    {
      caveats.append(Self.narrowKernel)
    }
    self.caveats = caveats
  }

  static let manySupportVectors =
    "more than 80 % of the fitted samples are support vectors, so the sign of the offset may decide"
  static let narrowKernel = "the median kernel value of the fitted samples is below 0.1, so the kernel is too narrow"

  /// Whether each sample is predicted positive, and the caveats of their fraction.
  func judge(_ samples: Predictions) throws(AttackError) -> (verdicts: [Bool], caveats: [String]) {
    let found = try machine.judge(features(samples), fitted: fitted)
    return (found.verdicts, caveats + found.caveats)
  }
}
