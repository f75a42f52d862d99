public import Engine

/// The mutual information of features and groups, by `MutualInformationEstimator`.
///
/// A pair is the features z `[D]` beside the group as one-hot row `[G]`. Apart, the groups are drawn anew from all groups
/// alike, not from those of the batch. So the estimate is of the divergence of p(z, g) from p(z)·uniform(g): mutual
/// information where all groups are equally large, else more by the divergence of their shares from equal ones.
/// Legend: `N` samples, `D` features, `G` groups.
/// - Source: De Min et al., TMLR 2025, arXiv:2503.09330, section 4.2; released code, `miu.py`.
/// - Note: The released code draws class and attribute apart while it fits T, and the group as a whole elsewhere: the
///   same distribution.
public struct GroupInformation: Sendable {
  /// G.
  public let groupCount: Int
  private var estimator: MutualInformationEstimator

  /// An estimator over `features` numbers and `groupCount` groups.
  public init(features: Int, groupCount: Int, learningRate: Double, random: RandomSource) {
    self.groupCount = groupCount
    estimator = MutualInformationEstimator(
      inputs: features + groupCount, learningRate: learningRate, random: random)
  }

  /// Groups for `count` samples, drawn from all groups alike.
  public func drawGroups(_ count: Int, random: inout RandomSource) -> [Int] {
    (0..<count).map { _ in random.integer(below: groupCount) }
  }

  /// Î of a batch `[N, D]` with its `groups`, as one number that gradients flow through into the features.
  public mutating func estimate(_ features: Variable, groups: [Int], drawn: [Int]) -> Variable {
    estimator.estimate(together: pairs(features, groups), apart: pairs(features, drawn))
  }

  /// One step of the estimator on a batch; returns the estimate before it, in nats.
  @discardableResult
  public mutating func train(_ features: Tensor, groups: [Int], drawn: [Int]) -> Double {
    estimator.train(
      together: pairs(Variable(features), groups).value, apart: pairs(Variable(features), drawn).value)
  }

  private func pairs(_ features: Variable, _ groups: [Int]) -> Variable {
    .sideBySide(features, Variable(.oneHot(groups, classCount: groupCount)))
  }
}
