/// The seeds of a grid: `seeds:` in experiment files.
///
/// `[1, 2, 3]` unlearns each original once, by the seed of its training; `{training: [1, 2, 3], unlearning: [1, 2]}`
/// unlearns each one with every seed of the second list.
public struct Seeds: Sendable, Hashable {
  /// Those of originals and retrained models; at least one.
  public var training: [Int]
  /// Those of the calls of methods, crossed with `training`; nil where each has the seed of its original.
  public var unlearning: [Int]?

  /// How many times a method is called on the original of each training seed.
  var rounds: Int { unlearning?.count ?? 1 }

  /// The seed of the call `round` on the original of `training`.
  func unlearning(_ round: Int, of training: Int) -> Int { unlearning?[round] ?? training }

  /// "1"; "1/2" for training and unlearning where the file crosses the two.
  package func short(_ model: ModelSeeds) -> String {
    "\(model.training)" + (crossed(model).map { "/\($0)" } ?? "")
  }

  /// "seed 1"; "seed 1, unlearning seed 2" where the file crosses the two.
  func label(_ model: ModelSeeds) -> String {
    "seed \(model.training)" + (crossed(model).map { ", unlearning seed \($0)" } ?? "")
  }

  /// The seed of unlearning where it does not follow from that of training.
  private func crossed(_ model: ModelSeeds) -> Int? { unlearning == nil ? nil : model.unlearning }
}

/// What the random numbers of one model come from.
public struct ModelSeeds: Codable, Sendable, Hashable {
  /// The seed of the original's or the retrained model's training.
  public var training: Int
  /// The seed of the method's call; nil where nothing is unlearned.
  public var unlearning: Int?
  /// The seed that draws the forget set; nil where the request leaves nothing to chance.
  public var forget: Int?

  /// Seeds; nil where there is none, see the properties.
  public init(training: Int, unlearning: Int? = nil, forget: Int? = nil) {
    (self.training, self.unlearning, self.forget) = (training, unlearning, forget)
  }

  /// What the training or the call draws from.
  var ofCall: Int { unlearning ?? training }
  /// What the forget set is drawn from, if anything is drawn.
  var ofDraw: Int { forget ?? 0 }
}
