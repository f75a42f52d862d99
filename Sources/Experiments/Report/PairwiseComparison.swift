import Engine
import Foundation
public import Unlearning

/// The methods of a table against each other in one measurement, paired by the seed of training.
///
/// The p-values are corrected for the number of pairs (Holm), so that a table of many methods does not find a difference
/// by chance alone in more than 5 % of the cases.
public struct PairwiseComparison: Sendable, Hashable, Codable {
  /// The data set, with what varies in parentheses.
  public var data: String
  /// The architecture, with what varies in parentheses.
  public var architecture: String
  /// The forget request.
  public var forget: String
  /// `<plugin>.<variant or split>`.
  public var measurement: String
  /// The unit of the differences.
  public var unit: MeasurementUnit
  /// All pairs of methods, in the order of the table.
  public var pairs: [Pair]

  /// Two methods.
  public struct Pair: Sendable, Hashable, Codable {
    /// The method with what varies, as tables name it.
    public var first: String
    /// The other one.
    public var second: String
    /// The number of paired models: seeds with a value of both, or the models of a bank for a score of a whole bank.
    public var count: Int
    /// The mean of first − second, in the unit of the measurement.
    public var difference: Double
    /// Half the width of the difference's 95 % interval by Student's t; nil below two models, where it cannot be known,
    /// and where all differences are equal.
    public var halfWidth: Double?
    /// The two-sided p-value of the exact sign-flip test of the mean, by random flips from 17 models on; nil where the
    /// spread cannot be known.
    ///
    /// Its least value is 2^(1 − count): with five seeds no difference is below 6 %.
    public var p: Double?
    /// `p` corrected for all pairs by Holm's method.
    public var adjustedP: Double?
    /// The mean difference in multiples of the standard deviation of the differences.
    public var effect: Double?
    /// Whether `adjustedP` is at most 5 %.
    public var isDifferent: Bool { (adjustedP ?? 1) <= 0.05 }
  }

  /// The most models for which all sign flips are gone through: 65,536.
  static let exactLimit = 16
  /// The number of random flips of more models.
  private static let flips = 10_000

  /// The comparisons of the methods in `rows` by the measurement `name`, one for each data set, architecture and request;
  /// empty where no row has it.
  public static func tables(of rows: [ResultRow], by name: String) -> [PairwiseComparison] {
    rows.filter { $0.name == name && $0.role == .unlearned }.grouped { [$0.data, $0.architecture, $0.forget] }
      .map { rows in
        let models = rows.grouped { [$0.method, $0.parameters, $0.variedParameters] }.map { rows in
          (
            name: Analysis.Model.name(rows[0].method, rows[0].variedParameters, rows[0].role),
            values: PairedValues(rows)
          )
        }
        var pairs = models.indices.flatMap { first in
          models[(first + 1)...].map { Pair(models[first], $0) }
        }
        let adjusted = adjusted(pairs.map(\.p))
        for place in pairs.indices { pairs[place].adjustedP = adjusted[place] }
        return PairwiseComparison(
          data: rows[0].data, architecture: rows[0].architecture, forget: rows[0].forget, measurement: name,
          unit: rows[0].unit, pairs: pairs)
      }
  }

  /// Holm's adjusted p-values: of m sorted ones the largest of `(m − j)·p` up to each place j, at most 1.
  static func adjusted(_ p: [Double?]) -> [Double?] {
    let known = p.indices.filter { p[$0] != nil }.sorted { (p[$0] ?? 1) < (p[$1] ?? 1) }
    var adjusted = p
    var largest = 0.0
    for (place, index) in known.enumerated() {
      largest = max(largest, min(1, Double(known.count - place) * (p[index] ?? 1)))
      adjusted[index] = largest
    }
    return adjusted
  }

  /// The fraction of sign flips of `differences` whose mean is at least as far from 0.
  static func signFlipP(_ differences: [Double]) -> Double {
    let observed = abs(differences.reduce(0, +))
    let tolerance = 1e-12 * differences.reduce(0) { $0 + abs($1) }
    if differences.count <= exactLimit {
      let all = 1 << differences.count
      let asFar = (0..<all).count { flips in
        let sum = differences.indices.reduce(0.0) {
          $0 + (flips >> $1 & 1 == 0 ? differences[$1] : -differences[$1])
        }
        return abs(sum) >= observed - tolerance
      }
      return Double(asFar) / Double(all)
    }
    var random = RandomSource(seed: 0).stream("sign flips")
    let asFar = (0..<flips).count { _ in
      let sum = differences.reduce(0.0) { $0 + (random.next() & 1 == 0 ? $1 : -$1) }
      return abs(sum) >= observed - tolerance
    }
    return Double(asFar + 1) / Double(flips + 1)
  }
}

extension PairwiseComparison.Pair {
  fileprivate init(_ first: (name: String, values: PairedValues), _ second: (name: String, values: PairedValues)) {
    let (mean, differences) = first.values.differences(from: second.values)
    let interval = StudentT.interval(of: differences)
    let known = differences.compactMap(\.self)
    // The mean of pseudo-values is the jackknife's estimate, which is not the difference that is shown.
    let shift = mean.map { $0 - known.mean } ?? 0
    self.init(
      first: first.name, second: second.name, count: differences.count, difference: mean ?? .nan,
      halfWidth: interval?.halfWidth(),
      p: interval == nil ? nil : PairwiseComparison.signFlipP(known.map { $0 + shift }), adjustedP: nil,
      effect: interval.flatMap { $0.isConstant ? nil : (mean ?? .nan) / $0.deviation })
  }
}

extension PairwiseComparison {
  /// The comparison as aligned text, with the differences of fractions in percent.
  public var text: String {
    let header = ["first", "second", "difference", "± 95 %", "p", "p (Holm)", "effect", "models", ""]
    let rows = pairs.map { pair -> [String] in
      let decimals = unit.decimals(halfWidth: pair.halfWidth)
      func number(_ value: Double?, _ format: (Double) -> String) -> String { value.map(format) ?? CellText.noValue }
      return [
        pair.first.shownName(limit: 60), pair.second.shownName(limit: 60),
        pair.difference.isNaN ? CellText.noValue : unit.signedText(pair.difference, decimals: decimals),
        number(pair.halfWidth) { unit.text($0, decimals: decimals) }, number(pair.p, Self.probability),
        number(pair.adjustedP, Self.probability),
        number(pair.effect) { String(format: "%+.2f", $0) }, "\(pair.count)",
        pair.isDifferent ? "different" : "inconclusive",
      ]
    }
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].displayWidth }.max() ?? 0 }
    let lines = ([header] + rows).map { cells in
      cells.indices.map { column in
        (2..<8).contains(column)
          ? cells[column].leftPadded(to: widths[column]) : cells[column].padded(to: widths[column])
      }.joined(separator: "  ").withoutTrailingSpaces
    }
    let rule = String(repeating: "─", count: widths.reduce(2 * (widths.count - 1), +))
    let title = [data, architecture, forget].map { $0.shownName(limit: 200) }.joined(separator: " · ")
    return "\(title)\n\(measurement)\n\n" + ([lines[0], rule] + lines.dropFirst()).map { $0 + "\n" }.joined()
  }

  /// "0.013", "< 0.001".
  static func probability(_ p: Double) -> String {
    p < 0.001 ? "< 0.001" : String(format: "%.3f", p)
  }
}
