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

  /// "1/2" for training and unlearning, "1" where nothing is unlearned.
  package var pair: String { unlearning.map { "\(training)/\($0)" } ?? "\(training)" }

  /// "seed 1", or "seed 1, unlearning seed 2" where the two differ.
  var label: String {
    let unlearning = unlearning.flatMap { $0 == training ? nil : ", unlearning seed \($0)" } ?? ""
    return "seed \(training)\(unlearning)"
  }
}
