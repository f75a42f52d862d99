/// Scores with weights, for rates and areas.
package struct WeightedScores {
  private let entries: [(score: Double, weight: Double)]
  private let ascending: [(score: Double, weight: Double)]
  private let total: Double

  /// Scores with positive weights.
  package init(_ entries: some Sequence<(Double, Double)>) {
    self.entries = entries.map { (score: $0, weight: $1) }
    ascending = self.entries.sorted { $0.score < $1.score }
    total = self.entries.reduce(0) { $0 + $1.weight }
  }

  package var isEmpty: Bool { entries.isEmpty }

  /// The weight of the scores above 0 as a fraction of all.
  package var fractionAboveZero: Double {
    entries.reduce(0) { $1.score > 0 ? $0 + $1.weight : $0 } / total
  }

  /// The probability that one of these scores is higher than one of `negatives`, ties counting half, both drawn by weight.
  package func area(over negatives: WeightedScores) -> Double {
    let others = negatives.ascending
    var (place, below, sum) = (0, 0.0, 0.0)
    for entry in ascending {
      while place < others.count, others[place].score < entry.score {
        below += others[place].weight
        place += 1
      }
      var (tie, equal) = (place, 0.0)
      while tie < others.count, others[tie].score == entry.score {
        equal += others[tie].weight
        tie += 1
      }
      sum += entry.weight * (below + equal / 2)
    }
    return sum / total / negatives.total
  }

  /// At each of the `bounds` the largest true positive rate of a threshold whose false positive rate is at most the bound;
  /// a score at least the threshold is a positive.
  package func truePositiveRates(over negatives: WeightedScores, atFalsePositiveRates bounds: [Double]) -> [Double] {
    var rates = [Double](repeating: 1, count: bounds.count)
    var waiting = bounds.indices.sorted { bounds[$0] < bounds[$1] }[...]
    var (accused, found, place) = (0.0, 0.0, ascending.count)
    for entry in negatives.ascending.reversed() {
      accused += entry.weight
      while place > 0, ascending[place - 1].score > entry.score {
        place -= 1
        found += ascending[place].weight
      }
      // Where this negative is too much, it, and all that are equal to it, must be below the threshold.
      while let next = waiting.first, accused > bounds[next] * negatives.total * (1 + 1e-9) {
        rates[next] = found / total
        waiting.removeFirst()
      }
    }
    return rates
  }
}
