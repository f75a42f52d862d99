import Engine

/// A trivial predictor computed from the retrained models alone, which puts distances to these models in perspective.
public enum Baseline: String, Sendable, Codable, CaseIterable {
  /// The class that retrained models answer most often on a part of the data, with probability 1, whatever the sample.
  ///
  /// It uses no image, and yet its total variation to retrained models can be smaller than the one between two
  /// retrained models, which deviate from each other in both directions.
  case constantAnswer = "constant answer"
  /// The mean of the probabilities of the retrained models, without the one that it is compared with.
  case meanRetrained = "mean retrained"

  /// The probabilities `[N][K]` of the baseline for one part.
  ///
  /// - Parameters:
  ///   - models: The probabilities of every retrained model, `[models][N][K]`.
  ///   - left: The index of the model that is left out of the mean; nil for none.
  public func probabilities(of models: [[[Double]]], without left: Int?) -> [[Double]] {
    switch self {
    case .constantAnswer:
      let row = Self.mostFrequentClass(of: models)
      let count = models.first?.first?.count ?? 0
      let answer = (0..<count).map { $0 == row ? 1.0 : 0 }
      return [[Double]](repeating: answer, count: models.first?.count ?? 0)
    case .meanRetrained:
      let others = models.indices.filter { $0 != left }.map { models[$0] }
      return (others.first ?? []).indices.map { row in
        others[0][row].indices.map { column in
          others.reduce(0) { $0 + $1[row][column] } / Double(others.count)
        }
      }
    }
  }

  /// The class predicted most often over all models and samples; the first of equals.
  private static func mostFrequentClass(of models: [[[Double]]]) -> Int {
    var counts = [Int](repeating: 0, count: models.first?.first?.count ?? 0)
    for row in models.joined() {
      let largest = row.max() ?? 0
      if let place = row.firstIndex(of: largest) { counts[place] += 1 }
    }
    return counts.firstIndex(of: counts.max() ?? 0) ?? 0
  }
}

extension Predictions {
  /// The softmax probabilities as rows `[N][K]` in double precision.
  public var probabilityRows: [[Double]] {
    let probabilities = probabilities
    return (0..<count).map { probabilities.row($0).map(Double.init) }
  }
}
