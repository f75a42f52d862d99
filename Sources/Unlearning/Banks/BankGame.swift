import Engine
import Foundation

/// A membership game over a bank: which of two held-out models, one of the method and one retrained, was trained on the
/// forget set, judged from all other models of both kinds.
///
/// In fold t the models at place t of both lists are left out, one of each kind, and judged on every sample; leaving out
/// the judged one alone would put chance below ½. A score is a log-likelihood ratio: above 0 it says "unlearned", that is
/// once trained on the sample.
///
/// - Source: Hayes, Shumailov, Triantafillou, Khalifa, Papernot, "Inexact Unlearning Needs More Careful Evaluations to
///   Avoid a False Sense of Privacy", arXiv:2403.01218, class-wise as Kodge, Saha, Roy, TMLR 2024, by leave-one-out.
public struct BankGame {
  /// Some models, by their places in the list of the method's models, followed by the retrained ones.
  public typealias Models = BankComparison.Models

  /// The scores of the left-out models on each sample.
  public struct Fold: Sendable {
    /// The method's model.
    public var unlearned: [Double]
    /// The retrained model.
    public var retrained: [Double]

    /// The scores of one fold.
    public init(unlearned: [Double], retrained: [Double]) { (self.unlearned, self.retrained) = (unlearned, retrained) }
  }

  /// Prepares the folds of some models; the result computes fold t, on any thread.
  public typealias Preparation = (_ models: Models) throws -> @Sendable (_ fold: Int) -> Fold

  let comparison: BankComparison
  /// N, the number of judged samples.
  let sampleCount: Int
  private let prepare: Preparation

  /// A game over models of both kinds.
  public init(unlearnedCount: Int, retrainedCount: Int, sampleCount: Int, prepare: @escaping Preparation) {
    comparison = BankComparison(
      unlearnedCount: unlearnedCount, retrainedCount: retrainedCount, fewestModels: Self.fewestModels)
    self.sampleCount = sampleCount
    self.prepare = prepare
  }

  /// The fewest models of a kind: two others have a standard deviation.
  public static let fewestModels = 3

  /// The results of one fold.
  package struct Outcome: Sendable {
    /// The balanced accuracy `½(P[score of the unlearned > 0] + P[score of the retrained ≤ 0])`.
    package var accuracy: Double
    /// The largest balanced accuracy of a threshold that is chosen for the fold.
    package var bestAccuracy: Double
    /// The area under the ROC curve, over all samples.
    package var area: Double
    /// At the false positive rates that were asked for.
    package var truePositiveRates: [Double]
  }

  /// The results of all folds of some models; nil stands for all of them.
  package func outcomes(_ models: Models? = nil, rates: [Double] = []) throws -> [Outcome] {
    try overFolds(models) { scores in
      let ranks = RankedScores(positives: scores.unlearned, negatives: scores.retrained)
      return Outcome(
        accuracy: Self.accuracy(scores), bestAccuracy: ranks.bestAccuracy, area: ranks.area,
        truePositiveRates: rates.map(ranks.truePositiveRate))
    }
  }

  /// The accuracy of each fold.
  func accuracies(_ models: Models? = nil) throws -> [Double] { try overFolds(models, Self.accuracy) }

  /// The mean over folds, kinds and samples of the probability of the right side, `1 / (1 + exp(∓score))`, both sides
  /// being equally likely.
  func meanPosterior(_ models: Models) throws -> Double {
    try overFolds(models) { scores in
      let right = scores.unlearned.map { 1 / (1 + exp(-$0)) } + scores.retrained.map { 1 / (1 + exp($0)) }
      return right.mean
    }.mean
  }

  /// The fraction of samples with a score above 0: of the method's held-out models, mean over the folds.
  package func judgedUnlearned(_ models: Models) throws -> Double {
    try overFolds(models) { Double($0.unlearned.count { $0 > 0 }) / Double(max(1, $0.unlearned.count)) }.mean
  }

  /// What `statistic` makes of the scores of each fold, in order; folds are computed on idle threads, too.
  private func overFolds<Value: Sendable>(
    _ models: Models?, _ statistic: @Sendable (Fold) -> Value
  ) throws -> [Value] {
    let models = models ?? comparison.all
    let fold = try prepare(models)
    return Runtime.concurrentMap(models.pairs) { statistic(fold($0)) }
  }

  @Sendable private static func accuracy(_ fold: Fold) -> Double {
    let found = Double(fold.unlearned.count { $0 > 0 }) / Double(max(1, fold.unlearned.count))
    let passed = Double(fold.retrained.count { $0 <= 0 }) / Double(max(1, fold.retrained.count))
    return (found + passed) / 2
  }
}

/// Scores of two kinds of samples in ascending order, for areas and rates in O(N log N).
struct RankedScores {
  private let positives: [Double]
  private let negatives: [Double]

  init(positives: [Double], negatives: [Double]) {
    (self.positives, self.negatives) = (positives.sorted(), negatives.sorted())
  }

  /// The probability that a positive scores higher than a negative, ties counting half.
  var area: Double {
    var (below, notAbove, sum) = (0, 0, 0)
    for score in positives {
      while below < negatives.count, negatives[below] < score { below += 1 }
      while notAbove < negatives.count, negatives[notAbove] <= score { notAbove += 1 }
      sum += below + notAbove
    }
    return Double(sum) / 2 / Double(positives.count) / Double(negatives.count)
  }

  /// The largest mean of the true positive and the true negative rate over all thresholds.
  var bestAccuracy: Double {
    var (below, best) = (0, 0.5)
    for (place, score) in positives.enumerated() {
      while below < negatives.count, negatives[below] < score { below += 1 }
      let found = Double(positives.count - place) / Double(positives.count)
      best = max(best, (found + Double(below) / Double(negatives.count)) / 2)
    }
    return best
  }

  /// The largest true positive rate of a threshold whose false positive rate is at most `bound`; a score at least the
  /// threshold is a positive.
  func truePositiveRate(atFalsePositiveRate bound: Double) -> Double {
    // The largest number of negatives that may be taken for positives; the next one must be below the threshold.
    let allowed = Int((bound * Double(negatives.count) + 1e-9).rounded(.down))
    guard allowed < negatives.count else { return 1 }
    let excluded = negatives[negatives.count - 1 - allowed]
    return Double(positives.count { $0 > excluded }) / Double(positives.count)
  }
}
