public import Data
import Engine

/// How the retained samples of an epoch are drawn.
public enum RetainSampling: String, Codable, Sendable, CaseIterable {
  /// Each sample once, in random order.
  case shuffle
  /// REWEIGHT: as many draws with replacement, such that groups are met as often as before the request.
  case reweight

  /// The parameter of methods that read retain data.
  public static let field = ParameterField(
    "retain_sampling", "whether retained samples are shuffled, or drawn so that groups are met as often as before",
    .oneOf(allCases.map(\.rawValue)))
}

/// The retained samples of each epoch.
///
/// With REWEIGHT a sample of group g has the weight `w = n_train(g) / n_retain(g)`, with the sizes of g in D and in D_r;
/// an epoch draws |D_r| samples with replacement in proportion to w. In expectation groups are met as often as in D.
/// - Source: De Min, Roy, Lathuilière, Ricci, Mancini, TMLR 2025, arXiv:2503.09330, section 4.1 (REWEIGHT).
/// - Note: A group that the request empties cannot be made up for. The paper does not speak of it; here it is an error.
public struct RetainSampler: Sendable {
  private let retain: Dataset
  private let random: RandomSource
  /// Sums of the weights up to and with each row; nil for shuffling.
  private let cumulative: [Double]?

  /// Draws from `retain`; `forget` tells how large groups were before the request.
  ///
  /// - Throws: `unsupportedRequest` when reweighting meets data without a sensitive attribute, or an emptied group.
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
      // The first row whose sum exceeds the place.
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
