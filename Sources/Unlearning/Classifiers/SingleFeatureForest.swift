public import Engine

/// A random forest over one number: trees of full depth on bootstrap samples, as scikit-learn grows them by default.
///
/// With one feature the result of growing a tree to full depth is known in advance. Whatever the impurity criterion,
/// growth ends when every leaf is pure or holds one value, and thresholds are midpoints between neighboring values; so
/// the tree splits the line into maximal runs of one class and into single values that both classes have. The Gini
/// impurity and the entropy give the same forest, and a tree costs one pass over the sorted samples.
/// - Source: Breiman, "Random forests", Machine Learning 2001; conventions of scikit-learn's RandomForestClassifier
///   (mean of the trees' class shares).
public struct SingleFeatureForest: Sendable {
  private struct Segment {
    var upper: Double
    var share: Double
  }
  private let trees: [[Segment]]

  /// Fits a forest of `count` trees that separates positives from negatives; tree t draws from
  /// `random.stream("tree", t)`.
  ///
  /// - Parameters:
  ///   - positives: The feature of the samples of label 1.
  ///   - negatives: The feature of those of label 0.
  ///   - count: The number of trees, ≥ 1.
  ///   - bootstraps: Whether a tree sees as many draws with replacement as there are samples, or each sample once.
  ///   - random: The root of the streams of all trees.
  /// - Throws: `AttackError` when a side is empty or a number is not finite.
  public init(
    positives: [Double], negatives: [Double], count: Int, bootstraps: Bool = true, random: RandomSource
  ) throws(AttackError) {
    try requireTwoSides(FeatureRows(positives), FeatureRows(negatives))
    let samples = (positives.map { ($0, true) } + negatives.map { ($0, false) }).sorted { $0.0 < $1.0 }
    trees = (0..<count).map { tree in
      var draw = random.stream("tree", tree)
      var weights = [Int](repeating: bootstraps ? 0 : 1, count: samples.count)
      if bootstraps { for _ in samples { weights[draw.integer(below: samples.count)] += 1 } }
      return Self.tree(samples, weights)
    }
  }

  private static func tree(_ samples: [(value: Double, isPositive: Bool)], _ weights: [Int]) -> [Segment] {
    var segments: [Segment] = []
    var last: (value: Double, share: Double)?
    var place = 0
    while place < samples.count {
      let value = samples[place].value
      var (total, positive) = (0, 0)
      while place < samples.count, samples[place].value == value {
        total += weights[place]
        if samples[place].isPositive { positive += weights[place] }
        place += 1
      }
      guard total > 0 else { continue }
      let share = Double(positive) / Double(total)
      if let last, last.share != share || (share > 0 && share < 1) {
        segments.append(Segment(upper: (last.value + value) / 2, share: last.share))
      }
      last = (value, share)
    }
    segments.append(Segment(upper: .infinity, share: last?.share ?? 0.5))
    return segments
  }

  /// The mean over the first `count` trees of the share of positives where `value` falls; in [0, 1].
  public func share(of value: Double, trees count: Int? = nil) -> Double {
    let used = trees.prefix(count ?? trees.count)
    return used.reduce(0) { sum, segments in
      // The first segment that ends at or after the value.
      var (low, high) = (0, segments.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if value <= segments[middle].upper { high = middle } else { low = middle + 1 }
      }
      return sum + segments[low].share
    } / Double(used.count)
  }
}
