import JSON
import Unlearning

/// The ROC curves of the rows that have one.
public struct ROCCurves: Sendable {
  private let rows: [ResultRow]

  /// The curves of `rows`; that of a score of a bank, which all seeds share, is in the first of them alone.
  public init(of rows: [ResultRow]) {
    var known: Set<[String]> = []
    self.rows = rows.filter { row in
      guard row.curve != nil else { return false }
      guard row.bankPseudoValues != nil || row.spread == .unknown else { return true }
      return known.insert([row.data, row.architecture, row.forget, row.method, row.parameters, row.name]).inserted
    }
  }

  private init(rows: [ResultRow]) { self.rows = rows }

  /// Whether there is none.
  public var isEmpty: Bool { rows.isEmpty }
  /// The names of the measurements that have curves, sorted.
  public var names: [String] { Set(rows.map(\.name)).sorted() }

  /// The curves of a measurement, or of all measurements of an attack; nil keeps all.
  public func selecting(_ name: String?) -> ROCCurves {
    ROCCurves(rows: rows.filter { name == nil || $0.name == name || $0.name.hasPrefix("\(name ?? "").") })
  }

  /// A line for each point, below a header.
  public var csv: String {
    let columns: [ResultColumn] = [.data, .architecture, .forget, .method, .parameters, .role, .seed, .name]
    let header = columns.map(\.rawValue) + ["false_positive_rate", "true_positive_rate"]
    let points = rows.flatMap { row in
      zip(ROCCurve.rates, row.curve ?? []).map { rates in
        columns.map { $0.value(of: row) } + [.number(rates.0), .number(rates.1)]
      }
    }
    return CSVWriter.line(header.map { .string($0) }) + points.map(CSVWriter.line).joined()
  }
}
