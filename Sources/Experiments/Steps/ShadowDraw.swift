import Data
import Engine

/// The samples that a shadow model forgets: a random part of the request's samples that its original was trained on.
package struct ShadowDraw: Codable, Hashable, Sendable {
  /// Which of the forget sets of one original it is, counted from 0.
  var number: Int
  /// The fraction of the samples, in (0, 1).
  var fraction: Double

  /// The indices of a random half, rounded down, of the training set, drawn by the seed of the original's training.
  static func half(of train: Dataset, seed: Int) -> [Int] {
    var random = RandomSource(seed: UInt64(bitPattern: Int64(seed))).stream("training half")
    return random.sample(train.count / 2, of: Array(0..<train.count))
  }

  /// Those of `candidates` that the model forgets; at least one, and not all of them.
  func forgotten(of candidates: [Int], seed: Int) -> [Int] {
    var random = RandomSource(seed: UInt64(bitPattern: Int64(seed))).stream("shadow forget set", number)
    let count = Int((fraction * Double(candidates.count)).rounded())
    return random.sample(min(max(1, count), candidates.count - 1), of: candidates)
  }
}
