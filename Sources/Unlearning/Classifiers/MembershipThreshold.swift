/// The choice of the score threshold at which a membership attack predicts "member".
public enum MembershipThreshold {
  /// The threshold t that maximizes `½(P[member ≥ t] + P[nonMember < t])`, tried at every score.
  ///
  /// Of several best ones it is that of the first score in the order members, then non-members.
  ///
  /// - Returns: nil when a side is empty.
  /// - Source: Song and Mittal, "Systematic evaluation of privacy risks of machine learning models", USENIX Security
  ///   2021, arXiv:2003.10595, section 3; the order of ties is that of their code.
  /// - Complexity: O(N log N)
  public static func best(members: [Double], nonMembers: [Double]) -> Double? {
    guard !members.isEmpty, !nonMembers.isEmpty else { return nil }
    let sortedMembers = members.sorted()
    let sortedNonMembers = nonMembers.sorted()
    var best = (threshold: 0.0, accuracy: 0.0)
    for score in members + nonMembers {
      let kept = members.count - sortedMembers.countBelow(score)
      let refused = sortedNonMembers.countBelow(score)
      let accuracy =
        0.5 * (Double(kept) / Double(members.count) + Double(refused) / Double(nonMembers.count))
      if accuracy > best.accuracy { best = (score, accuracy) }
    }
    return best.threshold
  }
}

extension [Double] {
  /// How many of the ascending numbers are smaller than `bound`.
  fileprivate func countBelow(_ bound: Double) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < bound { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
