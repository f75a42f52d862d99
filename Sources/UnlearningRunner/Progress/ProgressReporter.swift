import Experiments
import Foundation
import Synchronization

/// Shows the progress of an execution: one line that is redrawn on a terminal, plain lines elsewhere.
final class ProgressReporter: ExecutionObserver {
  private struct State {
    var total = 0
    var done = 0
    var failed = 0
    /// The first step that failed with each error.
    var explained: [String: String] = [:]
    var workers = 1
    /// In the order in which they started.
    var running: [(key: StepKey, kind: StepKind, label: String, fraction: Double)] = []
    var time: RemainingTime
    var lastShown: ContinuousClock.Instant
    var isDrawn = false
    var isClosed = false
  }

  private let console: Console
  private let start: ContinuousClock.Instant
  private let state: Mutex<State>

  /// A terminal is redrawn at most ten times per second.
  private static let drawingInterval = Duration.milliseconds(100)
  /// Without a terminal, the interval at which a long step reports that it is still running.
  private static let plainInterval = Duration.seconds(60)
  private static let quietInterval = Duration.seconds(10)

  init(_ plan: Plan, store: Store, console: Console) {
    self.console = console
    start = .now
    let steps = plan.steps.filter { !store.contains($0.key) }.map { (kind: $0.kind, weight: $0.weight) }
    state = Mutex(State(time: RemainingTime(steps: steps), lastShown: .now))
  }

  /// Seconds since the start.
  var elapsed: Double {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  func reused(count: Int) {
    if count > 0 { say("\(count) steps are in the store") }
  }

  func working(_ workers: Int, gain: Double?) {
    state.withLock { $0.workers = workers }
    guard let gain else { return }
    let many = workers == 1 ? "one step at a time" : "\(workers) steps in parallel"
    let times = String(format: "%.2f", gain)
    say("\(many), chosen by timing training steps" + (workers == 1 ? "" : ": \(times) times as fast as one at a time"))
  }

  func started(_ step: Step, index: Int, total: Int) {
    state.withLock { state in
      state.total = total
      state.running.append((step.key, step.kind, "\(step.kind.rawValue) \(step.label)", 0))
      draw(&state, always: false)
    }
  }

  func progressed(_ step: Step, fraction: Double) {
    state.withLock { state in
      guard let place = state.running.firstIndex(where: { $0.key == step.key }) else { return }
      state.running[place].fraction = fraction
      if console.progressWidth != nil {
        draw(&state, always: false)
      } else if .now - state.lastShown >= Self.plainInterval {
        line("[\(state.done)/\(state.total)] \(state.running[place].label): \(Int(fraction * 100)) %", &state)
      }
    }
  }

  func finished(_ step: Step, seconds: Double) {
    state.withLock { state in
      end(step, seconds: seconds, &state)
      state.done += 1
      if console.progressWidth == nil, isWorthALine(step, seconds, state) {
        let counter = "[\(state.done)/\(state.total)]"
        line("\(counter) \(step.kind.rawValue) \(step.label): \(DurationText.short(seconds))", &state)
      }
      draw(&state, always: false)
    }
  }

  func failed(_ step: Step, error: String, skipping: Int) {
    state.withLock { state in
      end(step, seconds: nil, &state)
      state.failed += 1
      // The whole reason, such as a list of bad files, follows once at the end.
      let firstLine = error.prefix { $0 != "\n" }
      let short = firstLine.hasSuffix(":") ? "\(firstLine.dropLast()); see below" : String(firstLine)
      let reason = state.explained[error].map { "for the same reason as \($0)" } ?? short
      if state.explained[error] == nil { state.explained[error] = step.label }
      let loss = skipping == 0 ? "" : " (\(skipping == 1 ? "1 step" : "\(skipping) steps") after it skipped)"
      line("failed: \(step.kind.rawValue) \(step.label)\(loss): \(reason)", &state)
    }
  }

  /// Counted in the line of the failed step; hundreds of lines would hide the reason.
  func skipped(_ step: Step, because reason: String) {
    state.withLock { end(step, seconds: nil, &$0) }
  }

  func repaired(_ message: String) { say(message) }
  func noted(_ message: String) { say(message) }

  /// Writes a message without breaking the progress line.
  func say(_ message: String) {
    state.withLock { line(message, &$0) }
  }

  /// Redraws the line, because time has passed.
  func tick() {
    state.withLock { draw(&$0, always: false) }
  }

  /// Clears the progress line.
  func close() {
    state.withLock { state in
      if state.isDrawn { console.redraw() }
      state.isDrawn = false
      state.isClosed = true
    }
  }

  /// Trained models and slow steps are reported; most other steps end too quickly to be worth a line.
  private func isWorthALine(_ step: Step, _ seconds: Double, _ state: State) -> Bool {
    step.kind == .train || step.kind == .unlearn || seconds >= 1 || .now - state.lastShown >= Self.quietInterval
  }

  private func end(_ step: Step, seconds: Double?, _ state: inout State) {
    state.running.removeAll { $0.key == step.key }
    state.time.end(step.kind, seconds: seconds)
  }

  private func line(_ text: String, _ state: inout State) {
    if state.isDrawn { console.redraw() }
    console.report(text + "\n")
    state.isDrawn = false
    state.lastShown = .now
    draw(&state, always: true)
  }

  private func draw(_ state: inout State, always: Bool) {
    guard let width = console.progressWidth, state.total > 0, !state.isClosed else { return }
    let now = ContinuousClock.now
    guard always || now - state.lastShown >= Self.drawingInterval else { return }
    let running = state.running.map { (kind: $0.kind, fraction: $0.fraction) }
    let line = ProgressLine(
      done: state.done, total: state.total, running: state.running.map { ($0.label, $0.fraction) },
      failed: state.failed, elapsed: elapsed,
      remaining: state.time.estimate(workers: state.workers, running: running))
    // The last column stays free: some terminals wrap the line there.
    console.redraw(line.text(width: width - 1))
    state.isDrawn = true
    state.lastShown = now
  }
}
