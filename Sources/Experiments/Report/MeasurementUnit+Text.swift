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

  /// `value` as tables show it: percent and seconds with 2 decimals, MiB, steps and joules with 1, nats and distances with 4.
  func text(_ value: Double) -> String {
    let shown = rounded(value)
    return shown.hasPrefix("-") ? "−" + shown.dropFirst() : shown
  }

  /// Like `text`, with a sign in front of everything that is not shown as zero.
  func signedText(_ value: Double) -> String {
    let shown = text(value)
    let isZero = !shown.contains { ("1"..."9").contains($0) }
    return shown.hasPrefix("−") || isZero ? shown : "+" + shown
  }

  private func rounded(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    let (scale, decimals) =
      switch self {
      case .fraction: (100.0, 2)
      case .seconds: (1, 2)
      case .bytes: (1 / 1_048_576, 1)
      case .nats, .distance: (1, 4)
      case .steps, .joules: (1, 1)
      }
    let shown = String(format: "%.\(decimals)f", value * scale)
    return shown.hasPrefix("-") && !shown.contains { ("1"..."9").contains($0) } ? String(shown.dropFirst()) : shown
  }
}
