public import Data
import Engine

/// How the samples of an epoch are drawn from the retain set.
public enum RetainSampling: String, Codable, Sendable, CaseIterable {
  /// Each sample once, in random order.
  case shuffle
  /// REWEIGHT: |D_r| draws with replacement, with the group frequencies of the full training set in expectation.
  case reweight
}

/// Draws the retained samples of each epoch.
///
/// With REWEIGHT a sample of group g has the weight `w = n_train(g) / n_retain(g)`, with the sizes of g in D and in
/// D_r; an epoch draws |D_r| samples with replacement in proportion to w. In expectation groups are as frequent as in
/// D.
/// - Source: De Min, Roy, Lathuilière, Ricci, Mancini, TMLR 2025, arXiv:2503.09330, section 4.1 (REWEIGHT).
/// - Note: A group that the request removes completely cannot be reweighted. The paper does not treat this case; here
///   it is an error.
public struct RetainSampler: Sendable {
  private let retain: Dataset
  private let random: RandomSource
  /// Inclusive prefix sums of the sample weights; nil for shuffling.
  private let cumulative: [Double]?

  /// Draws from `retain`; the group sizes before the request are those of `retain` and `forget` together.
  ///
  /// - Throws: `unsupportedRequest` when data to be reweighted have no sensitive attribute, or the request empties a
  ///   group.
  public init(_ sampling: RetainSampling, retain: Dataset, forget: Dataset, run: Run) throws(UnlearningError) {
    self.retain = retain
    random = run.random.stream("reweight")
    guard sampling == .reweight else {
      cumulative = nil
      return
    }
    guard let groups = retain.groups, let kept = retain.groupSizes, let forgotten = forget.groupSizes else {
      throw .unsupportedRequest("reweighting needs a sensitive attribute, and \(retain.name) has none")
    }
    if let empty = kept.indices.first(where: { kept[$0] == 0 && forgotten[$0] > 0 }) {
      let name = retain.groupName(empty) ?? "\(empty)"
      throw .unsupportedRequest(
        "reweighting cannot make up for group \(name): all its \(forgotten[empty]) training samples are forgotten")
    }
    var sum = 0.0
    cumulative = groups.map { group in
      sum += Double(kept[group] + forgotten[group]) / Double(kept[group])
      return sum
    }
  }

  /// The samples of epoch `epoch`: all of them, or a draw of as many.
  public func samples(_ epoch: Int) -> Dataset {
    guard let cumulative, let total = cumulative.last else { return retain }
    var draw = random.stream("epoch", epoch)
    let rows = (0..<retain.count).map { _ in
      let place = Double(draw.next() >> 11) * 0x1p-53 * total
      // Binary search for the first row whose prefix sum exceeds the drawn number.
      var (low, high) = (0, cumulative.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if cumulative[middle] > place { high = middle } else { low = middle + 1 }
      }
      return low
    }
    return retain.selecting(rows)
  }
}
