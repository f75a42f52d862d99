import Experiments

/// The status line on a terminal during the execution of a plan.
package struct ProgressLine {
  var done: Int
  var total: Int
  /// Label and fraction of every running step, oldest first.
  var running: [(label: String, fraction: Double)]
  var failed: Int
  var elapsed: Double
  var remaining: Double?

  private static let barWidth = 20

  /// A line with these values.
  package init(
    done: Int, total: Int, running: [(label: String, fraction: Double)], failed: Int, elapsed: Double,
    remaining: Double?
  ) {
    self.done = done
    self.total = total
    self.running = running
    self.failed = failed
    self.elapsed = elapsed
    self.remaining = remaining
  }

  /// The line, at most `width` columns wide.
  package func text(width: Int) -> String {
    let parts = Double(done) + running.reduce(0) { $0 + min(max($1.fraction, 0), 1) }
    let fraction = total > 0 ? min(parts / Double(total), 1) : 1
    let filled = Int((fraction * Double(Self.barWidth)).rounded(.down))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled)
    var head = "\(bar) \(done)/\(total)"
    if failed > 0 { head += " \(failed) failed" }
    head += "  \(DurationText.clock(elapsed))"
    if let remaining { head += ", about \(DurationText.clock(remaining)) left" }
    let steps = running.map { $0.fraction > 0 ? "\($0.label) \(Int($0.fraction * 100)) %" : $0.label }
    let line = steps.isEmpty ? head : "\(head)  \(steps.joined(separator: "; "))"
    return line.visible.truncated(to: width)
  }
}
