import Foundation

/// Durations for display.
package enum DurationText {
  /// "0.4 s", "12 s", "3 min 21 s", "1 h 20 min", "2 d 3 h".
  package static func short(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "?" }
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    let whole = Int(min(seconds, 1e12).rounded())
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(whole % 60) s"
    case ..<86400: return "\(whole / 3600) h \(whole % 3600 / 60) min"
    default: return "\(whole / 86400) d \(whole % 86400 / 3600) h"
    }
  }

  /// "3:21", "1:20:05".
  package static func clock(_ seconds: Double) -> String {
    let whole = Int(max(0, min(seconds, 1e12)))
    let (hours, minutes, rest) = (whole / 3600, whole % 3600 / 60, String(format: "%02d", whole % 60))
    return hours == 0 ? "\(minutes):\(rest)" : "\(hours):\(String(format: "%02d", minutes)):\(rest)"
  }
}

/// Sizes for display.
package enum ByteText {
  /// "512 B", "1.5 KiB", "12.0 MiB", "3.2 GiB".
  package static func short(_ bytes: Int) -> String {
    var value = Double(bytes)
    for unit in ["B", "KiB", "MiB", "GiB"] {
      if value < 1024 { return unit == "B" ? "\(bytes) B" : String(format: "%.1f \(unit)", value) }
      value /= 1024
    }
    return String(format: "%.1f TiB", value)
  }
}
