import Foundation
import Unlearning

extension MeasurementUnit {
  /// How the unit is written in tables; nil for fractions, which are in percent throughout.
  var suffix: String? {
    switch self {
    case .fraction: nil
    case .seconds: "s"
    case .bytes: "MiB"
    case .nats: "nats"
    case .distance: "L2"
    case .steps: "steps"
    case .joules: "J"
    }
  }

  /// The decimals that a mean's 95 % interval bears: as many as its half width has, rounded to two significant digits.
  ///
  /// At most `mostDecimals`, and these without an interval. Nothing is rounded in front of the decimal point.
  func decimals(halfWidth: Double?) -> Int {
    guard let width = halfWidth.map({ $0 * scale }), width.isFinite, width > 0 else { return mostDecimals }
    let exponent = String(format: "%.1e", width).split(separator: "e").last.flatMap { Int($0) } ?? 0
    return min(mostDecimals, max(0, 1 - exponent))
  }

  /// `value` as tables show it, by default with `mostDecimals`.
  func text(_ value: Double, decimals: Int? = nil) -> String {
    guard value.isFinite else { return "\(value)".replacing("-", with: "−") }
    let shown = String(format: "%.\(decimals ?? mostDecimals)f", value * scale)
    guard shown.hasPrefix("-") else { return shown }
    return (shown.isZero ? "" : "−") + shown.dropFirst()
  }

  /// Like `text`, with a sign in front of everything that is not shown as zero.
  func signedText(_ value: Double, decimals: Int? = nil) -> String {
    let shown = text(value, decimals: decimals)
    return shown.hasPrefix("−") || shown.isZero ? shown : "+" + shown
  }

  /// What a value is multiplied with to be shown.
  private var scale: Double {
    switch self {
    case .fraction: 100
    case .bytes: 1 / 1_048_576
    case .seconds, .nats, .distance, .steps, .joules: 1
    }
  }

  /// The decimals of a value without an interval.
  private var mostDecimals: Int {
    switch self {
    case .fraction, .seconds: 2
    case .bytes, .steps, .joules: 1
    case .nats, .distance: 4
    }
  }
}

extension String {
  /// Whether a number shown as this text has no digit but 0.
  fileprivate var isZero: Bool { !contains { ("1"..."9").contains($0) } }
}
