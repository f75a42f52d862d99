/// The seeds of a grid: `seeds:` in experiment files.
///
/// `[1, 2, 3]` unlearns each original once, with the seed of its training; `{training: [1, 2, 3], unlearning: [1, 2]}`
/// unlearns each original with every seed of the second list.
public struct Seeds: Sendable, Hashable {
  /// The training seeds of originals and retrained models; at least one.
  public var training: [Int]
  /// The seeds of unlearning calls, crossed with `training`; nil where each call has the seed of its original.
  public var unlearning: [Int]?

  /// How many times a method is called on the original of each training seed.
  var rounds: Int { unlearning?.count ?? 1 }

  /// The seed of the call `round` on the original of `training`.
  func unlearning(_ round: Int, of training: Int) -> Int { unlearning?[round] ?? training }

  /// So many seeds less those of `training` that are not among these: the smallest positive numbers, so that files whose
  /// seeds are 1 to n share models.
  func others(upTo count: Int) -> [Int] {
    let known = Set(training)
    return Array((1...).lazy.filter { !known.contains($0) }.prefix(max(0, count - training.count)))
  }

  /// "1"; "1/2" for training and unlearning where the file crosses the two.
  package func short(_ model: ModelSeeds) -> String {
    "\(model.training)" + (crossed(model).map { "/\($0)" } ?? "")
  }

  /// "seed 1"; "seed 1, unlearning seed 2" where the file crosses the two.
  func label(_ model: ModelSeeds) -> String {
    "seed \(model.training)" + (crossed(model).map { ", unlearning seed \($0)" } ?? "")
  }

  /// The unlearning seed where the file crosses the two; else nil.
  private func crossed(_ model: ModelSeeds) -> Int? { unlearning == nil ? nil : model.unlearning }
}

/// The seeds of one model.
public struct ModelSeeds: Codable, Sendable, Hashable {
  /// The seed of the original's or the retrained model's training.
  public var training: Int
  /// The seed of the method's call; nil for originals and retrained models.
  public var unlearning: Int?
  /// The seed that draws the forget set; nil where the request draws nothing.
  public var forget: Int?

  /// The seeds of a model; see the properties for the meaning of nil.
  public init(training: Int, unlearning: Int? = nil, forget: Int? = nil) {
    (self.training, self.unlearning, self.forget) = (training, unlearning, forget)
  }

  /// The seed of the random stream of the training or the call.
  var ofCall: Int { unlearning ?? training }
  /// The seed of the draw of the forget set; 0 where nothing is drawn.
  var ofDraw: Int { forget ?? 0 }
}
