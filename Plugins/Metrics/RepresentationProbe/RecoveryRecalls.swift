package import Unlearning

/// The fractions of judged samples that classifiers of features recognize, or sums of such fractions.
package struct RecoveryRecalls {
  /// That of a multinomial logistic regression.
  package private(set) var linear = 0.0
  /// That of the nearest class mean.
  package private(set) var classMean = 0.0
  /// That of the majority of the nearest neighbors.
  package private(set) var neighbors = 0.0

  init() {}

  /// Fits all three to the rows `fitted` of `samples` and judges the rows `judged`; `fitted` also standardizes.
  package init(
    _ samples: FeatureRows, labels: [Int], fitted: [Int], judged: [Int], cost: Double, neighborCount: Int
  ) throws(AttackError) {
    let scale = try Standardization(fittedTo: [samples.selecting(fitted)])
    let known = scale(samples.selecting(fitted)), unknown = scale(samples.selecting(judged))
    let labels = (known: fitted.map { labels[$0] }, unknown: judged.map { labels[$0] })
    func recall(_ predictions: [Int]) -> Double {
      Double(zip(predictions, labels.unknown).count { $0 == $1 }) / Double(judged.count)
    }
    linear = recall(try MultinomialRegression(known, labels: labels.known, cost: cost).predictions(unknown))
    classMean = recall(Self.nearestMean(unknown, known, labels.known))
    neighbors = recall(Self.majority(unknown, known, labels.known, count: neighborCount))
  }

  static func += (sum: inout RecoveryRecalls, other: RecoveryRecalls) {
    sum.linear += other.linear
    sum.classMean += other.classMean
    sum.neighbors += other.neighbors
  }

  /// For each row the label whose known rows have the nearest mean, the first of equals.
  private static func nearestMean(_ rows: FeatureRows, _ known: FeatureRows, _ labels: [Int]) -> [Int] {
    let classes = Dictionary(grouping: labels.indices) { labels[$0] }.sorted { $0.key < $1.key }
    let means = classes.map { _, members in
      (0..<known.width).map { column in members.map { known[$0][$0 * known.width + column] }.mean }
    }
    return (0..<rows.count).map { row in
      let distances = means.map { mean in zip(rows[row], mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
      return classes[distances.indices.min { distances[$0] < distances[$1] } ?? 0].key
    }
  }

  /// For each row the most frequent label among the `count` known rows of the largest cosine, the first of equals.
  private static func majority(_ rows: FeatureRows, _ known: FeatureRows, _ labels: [Int], count: Int) -> [Int] {
    let cosines = rows.unitRows.products(with: known.unitRows)
    return (0..<rows.count).map { row in
      let values = Array(cosines[row])
      let nearest = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(count)
      let votes = Dictionary(nearest.map { (labels[$0], 1) }, uniquingKeysWith: +)
      return votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
    }
  }
}
