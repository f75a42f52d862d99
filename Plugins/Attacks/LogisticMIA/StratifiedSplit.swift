package import Engine
package import Unlearning

/// One random split of two equally large sides into training and test samples of the attack.
package struct StratifiedSplit: Sendable {
  /// The rows of one side of the split.
  package struct Side: Sendable {
    /// Rows that the regression is fitted to.
    package var fitted: [Int]
    /// Rows that the regression is tested on.
    package var held: [Int]

    /// A side with these fitted and held-out rows.
    package init(fitted: [Int], held: [Int]) {
      self.fitted = fitted
      self.held = held
    }
  }

  /// Rows of the members.
  package var members: Side
  /// Rows of the unseen samples.
  package var unseen: Side

  /// A split of both sides.
  package init(members: Side, unseen: Side) {
    self.members = members
    self.unseen = unseen
  }

  /// Independent splits of two sides of `size` samples each; ⌈share·2·size⌉ samples are held out.
  ///
  /// Both sides hold out equally many; an odd sample is held out from a side drawn at random.
  package static func draw(
    _ count: Int, sizeOfEachSide size: Int, testShare: Double, random: inout RandomSource
  ) throws(AttackError) -> [StratifiedSplit] {
    let held = Int((testShare * Double(2 * size)).rounded(.up))
    let sizes = [held / 2, held - held / 2]
    guard sizes[1] < size, held > 0 else {
      throw .unsolvable("a share of \(testShare) of two times \(size) samples leaves none to fit to on one side")
    }
    return (0..<count).map { _ in
      let first = random.integer(below: 2)
      let cuts = [sizes[first], sizes[1 - first]].map { held in
        let order = random.permutation(size)
        return Side(fitted: Array(order[held...]), held: Array(order[..<held]))
      }
      return StratifiedSplit(members: cuts[0], unseen: cuts[1])
    }
  }
}
