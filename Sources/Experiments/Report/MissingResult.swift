/// A result that a report lacks.
public struct MissingResult: Sendable, Hashable, CustomStringConvertible {
  /// The cell, and the attack or metric.
  public var label: String
  /// Why it is missing; nil where it was not computed yet.
  public var reason: String?

  /// A missing result.
  public init(_ label: String, because reason: String? = nil) {
    self.label = label
    self.reason = reason
  }

  /// The label, and the reason where there is one.
  public var description: String { reason.map { "\(label): \($0)" } ?? label }

  /// One line for each reason, with the first result that is missing by it and the number of the others, and one for each
  /// result that was not tried; the first ten.
  package static func lines(_ missing: [MissingResult]) -> [String] {
    var order: [MissingResult] = []
    var counts: [String: Int] = [:]
    for result in missing {
      guard let reason = result.reason else {
        order.append(result)
        continue
      }
      if counts[reason] == nil { order.append(result) }
      counts[reason, default: 0] += 1
    }
    let lines = order.prefix(10).map { result in
      guard let reason = result.reason, let count = counts[reason], count > 1 else { return result.description }
      return "\(result.label) and \(count == 2 ? "1 other" : "\(count - 1) others"): \(reason)"
    }
    return lines + (order.count > lines.count ? ["..."] : [])
  }
}
