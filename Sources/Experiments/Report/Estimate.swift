public import Unlearning

extension Analysis {
  /// One measurement of the models of one method, over seeds.
  ///
  /// The seed of training is the unit of observation: of models that were unlearned from one original the mean counts.
  public struct Estimate: Sendable, Hashable, Codable {
    /// The number of observations: seeds of training with a value.
    public var count: Int
    /// The mean, in the unit of the measurement.
    public var mean: Double
    /// The sample standard deviation of the values, or of their jackknife pseudo-values where values share models; nil
    /// for one observation, and where it cannot be known.
    public var deviation: Double?
    /// Half the width of the mean's 95 % interval by Student's t, `t_{0.975, n−1}·s/√n`; nil where `deviation` is, and
    /// where all values are equal.
    public var halfWidth: Double?
    /// The interval over samples of the one value, where the estimate is of one model alone and has no other.
    public var interval: SamplingInterval?
    /// The mean of the retrained models of the same seeds, for a distance the floor; nil where no seed has one.
    public var reference: Double?
    /// The difference from the retrained models; nil for these, and where no seed has one.
    public var difference: Difference?
    /// Whether one of the values has a caveat.
    public var hasCaveat: Bool
    /// Whether the method is the best of its table, or not found worse than it, while another one is; see
    /// `Analysis.Table`.
    public var isBest = false
  }

  /// The difference of a measurement from that of the retrained models, paired by seed.
  public struct Difference: Sendable, Hashable, Codable {
    /// The number of observations: seeds with a value and one of a retrained model.
    public var count: Int
    /// The mean of value − reference.
    public var mean: Double
    /// Half the width of the mean's 95 % interval by Student's t; nil for one observation, where it cannot be known, and
    /// where all differences are equal.
    public var halfWidth: Double?
    /// The two-sided p-value of the mean by Student's t; where all differences are equal that of the sign test,
    /// 2^(1 − n); nil for one observation, and where it cannot be known.
    public var p: Double?
    /// The degrees of freedom of the interval, one less than the seeds, or than the models of a bank for its score; nil
    /// where `p` is.
    public var degrees: Int?
    /// What the interval says.
    public var verdict: Verdict
  }

  /// What can be said of a difference.
  public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
    /// It is 0 for every seed.
    case equal
    /// Its interval does not contain 0; or it is the same for six seeds or more.
    case different
    /// Its interval contains 0, or cannot be computed although the table has several seeds.
    case inconclusive
    /// The table has one seed, so that no difference has an interval.
    case untested
  }
}

extension Analysis.Estimate {
  /// The estimate from `rows`, one for each seed of training and of unlearning, in a table with `seeds` seeds of training.
  init(_ rows: [ResultRow], seeds: Int) {
    let observations = rows.grouped(by: \.seed)
    /// The mean of each of `observations`, nil where a row lacks the number.
    func numbers(_ observations: [[ResultRow]], _ number: (ResultRow) -> Double?) -> [Double?] {
      observations.map { $0.map(number).whole()?.mean }
    }
    count = observations.count
    mean = numbers(observations, \.value).compactMap(\.self).mean
    let interval = StudentT.interval(of: rows.mean(of: \.bankPseudoValues) ?? numbers(observations, \.spreadNumber))
    deviation = interval?.deviation
    halfWidth = interval?.halfWidth()
    self.interval = rows.count == 1 && interval == nil ? rows[0].interval : nil
    let pairs = observations.filter { $0.allSatisfy { $0.gap != nil } }
    reference = pairs.isEmpty ? nil : numbers(pairs, \.reference).whole()?.mean
    difference = nil
    hasCaveat = rows.contains { $0.caveat != nil }
    guard rows[0].role != .reference, !pairs.isEmpty else { return }
    let differences = numbers(pairs, \.gap).compactMap(\.self)
    let paired = StudentT.interval(of: rows.mean(of: \.bankGapPseudoValues) ?? numbers(pairs, \.gapSpreadNumber))
    difference = Analysis.Difference(
      count: pairs.count, mean: differences.mean, halfWidth: paired?.halfWidth(),
      p: paired?.p(of: differences.mean), degrees: paired?.degrees, verdict: .init(differences, paired, seeds: seeds))
  }
}

extension Analysis.Verdict {
  /// Equal differences, which have no interval, are judged by the sign test: at least six are needed for 2·2⁻⁶ = 3.1 %.
  fileprivate init(_ differences: [Double], _ paired: StudentT.Interval?, seeds: Int) {
    self =
      if !differences.contains(where: { $0 != 0 }) {
        .equal
      } else if seeds < 2, paired?.isConstant != false {
        .untested
      } else {
        (paired?.p(of: differences.mean) ?? 1) <= 0.05 ? .different : .inconclusive
      }
  }
}

extension [ResultRow] {
  /// The mean of a list of pseudo-values over the rows, which have several where unlearning seeds are crossed; nil where a
  /// row lacks them.
  func mean(of list: (ResultRow) -> [Double]?) -> [Double]? {
    guard let lists = map(list).whole(), let first = lists.first, lists.allSatisfy({ $0.count == first.count }) else {
      return nil
    }
    return first.indices.map { place in lists.map { $0[place] }.mean }
  }
}
