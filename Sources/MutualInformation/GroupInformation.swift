public import Engine

/// The mutual information of features and groups, estimated with `MutualInformationEstimator`.
///
/// A pair consists of the features z `[D]` and the group as a one-hot row `[G]`. For the marginal pairs the groups are
/// drawn uniformly from all groups, not from those of the batch. The estimate is therefore of the divergence of p(z, g)
/// from p(z)·uniform(g): the mutual information if all groups have equal size, else larger by the divergence of their
/// frequencies from uniform ones. Letters in shapes: `N` samples, `D` features, `G` groups.
/// - Source: De Min et al., TMLR 2025, arXiv:2503.09330, section 4.2; released code, `miu.py`.
/// - Note: The released code draws class and attribute independently while it fits T, and the group as a whole
///   elsewhere: the distribution is the same.
public struct GroupInformation: Sendable {
  /// G, the number of groups.
  public let groupCount: Int
  private var estimator: MutualInformationEstimator

  /// An estimator for `features` features and `groupCount` groups.
  public init(features: Int, groupCount: Int, learningRate: Double, random: RandomSource) {
    self.groupCount = groupCount
    estimator = MutualInformationEstimator(
      inputs: features + groupCount, learningRate: learningRate, random: random)
  }

  /// Draws `count` groups uniformly.
  public func drawGroups(_ count: Int, random: inout RandomSource) -> [Int] {
    (0..<count).map { _ in random.integer(below: groupCount) }
  }

  /// Î of a batch `[N, D]` with its `groups`, as a scalar that is differentiable in the features.
  public mutating func estimate(_ features: Variable, groups: [Int], drawn: [Int]) -> Variable {
    estimator.estimate(together: pairs(features, groups), apart: pairs(features, drawn))
  }

  /// One ascent step of the estimator on a batch; returns the estimate before it, in nats.
  @discardableResult
  public mutating func train(_ features: Tensor, groups: [Int], drawn: [Int]) -> Double {
    estimator.train(
      together: pairs(Variable(features), groups).value, apart: pairs(Variable(features), drawn).value)
  }

  private func pairs(_ features: Variable, _ groups: [Int]) -> Variable {
    .sideBySide(features, Variable(.oneHot(groups, classCount: groupCount)))
  }
}
