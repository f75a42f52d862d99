import Engine
import Unlearning

/// The distances of all models of a method and all retrained ones from each other.
struct ModelDistances {
  /// `[n + m][n + m]`, symmetric, 0 on the diagonal; the n models of the method come first.
  let values: [[Double]]
  /// n, the number of models of the method.
  let split: Int

  /// Up to this many models of each kind all relabelings are enumerated: 924 for 6 + 6.
  static let exactLimit = 6

  /// One relabeling: which models count as the method's, and which as retrained.
  struct Labels {
    var own: [Int]
    var retrained: [Int]
  }

  init(values: [[Double]], split: Int) { (self.values, self.split) = (values, split) }

  init<Model>(_ models: [Model], split: Int, _ distance: (Model, Model) -> Double) {
    var values = [[Double]](repeating: [Double](repeating: 0, count: models.count), count: models.count)
    for first in models.indices {
      for second in models.indices where second > first {
        values[first][second] = distance(models[first], models[second])
        values[second][first] = values[first][second]
      }
    }
    self.values = values
    self.split = split
  }

  var all: Labels { Labels(own: Array(0..<split), retrained: Array(split..<values.count)) }

  /// The distances of some models from each other.
  func among(_ models: Range<Int>) -> [[Double]] { models.map { row in models.map { values[row][$0] } } }

  /// The mean over all pairs of different models.
  func meanOfPairs(_ models: [Int]) -> Double {
    var sum = 0.0
    for first in models { for second in models where second != first { sum += values[first][second] } }
    return sum / Double(models.count * (models.count - 1))
  }

  /// `2·E d(U, R) − E d(U, U′) − E d(R, R′)`.
  func gap(_ labels: Labels) -> Double {
    var sum = 0.0
    for own in labels.own { for retrained in labels.retrained { sum += values[own][retrained] } }
    let across = sum / Double(labels.own.count * labels.retrained.count)
    return 2 * across - meanOfPairs(labels.own) - meanOfPairs(labels.retrained)
  }

  /// The jackknife over models, leaving out that of the method at `place` and, where there are as many, the retrained
  /// model of the same seed with it.
  func spread(at place: Int) -> Spread {
    let labels = all
    guard split > 2 else { return .unknown }
    var fewer = labels
    fewer.own.remove(at: place)
    if labels.retrained.count == split { fewer.retrained.remove(at: place) }
    return .pseudoValue(Double(split) * gap(labels) - Double(split - 1) * gap(fewer))
  }

  /// The p-value, the fraction of relabelings whose gap is not smaller than that of the true labels, and its minimum
  /// for these numbers of models.
  func permutationP(permutations: Int, random: RandomSource) -> (p: Double, smallest: Double) {
    let observed = gap(all)
    let tolerance = 1e-12
    let retrained = values.count - split
    if max(split, retrained) <= Self.exactLimit {
      let relabelings = Self.choices(split, of: values.count)
      let count = relabelings.count { gap(labels($0)) >= observed - tolerance }
      // With equal numbers an exchange of all labels has the same gap.
      return (
        Double(count) / Double(relabelings.count), (split == retrained ? 2 : 1) / Double(relabelings.count)
      )
    }
    var random = random
    let count = (0..<permutations).count { _ in
      gap(labels(Array(random.permutation(values.count).prefix(split)))) >= observed - tolerance
    }
    return (Double(count + 1) / Double(permutations + 1), 1 / Double(permutations + 1))
  }

  private func labels(_ own: [Int]) -> Labels {
    Labels(own: own, retrained: values.indices.filter { !own.contains($0) })
  }

  /// All choices of `count` of the numbers below `total`, in ascending order.
  static func choices(_ count: Int, of total: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    guard count <= total else { return [] }
    return choices(count, of: total - 1) + choices(count - 1, of: total - 1).map { $0 + [total - 1] }
  }
}
