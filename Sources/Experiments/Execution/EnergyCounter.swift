import Foundation
import Synchronization
import Unlearning

/// The energy counters of the machine's processor packages, as Linux's powercap interface has them.
///
/// - Source: Documentation of the Linux kernel, power/powercap: `energy_uj` counts microjoules and wraps around at
///   `max_energy_range_uj`. The folders are named `intel-rapl` on processors of AMD, too.
package struct EnergyCounter: Sendable {
  private struct Package: Sendable {
    var file: String
    var range: UInt64
  }
  private let packages: [Package]

  /// The counters below `folder`; nil where there is none of a package, or one that may not be read.
  package init?(folder: String = "/sys/class/powercap") {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    packages = names.sorted().compactMap { name in
      // intel-rapl:0:1 is a part of intel-rapl:0, intel-rapl-mmio:0 is the same package by another way, and a domain named
      // psys is the whole machine with its packages.
      guard name.wholeMatch(of: /intel-rapl:[0-9]+/) != nil,
        Self.text("\(folder)/\(name)/name")?.hasPrefix("package") == true,
        let range = Self.text("\(folder)/\(name)/max_energy_range_uj").flatMap({ UInt64($0) })
      else { return nil }
      return Package(file: "\(folder)/\(name)/energy_uj", range: range)
    }
    guard !packages.isEmpty, reading != nil else { return nil }
  }

  /// The microjoules of each package now; nil where one cannot be read.
  fileprivate var reading: [UInt64]? { packages.map { Self.text($0.file).flatMap { UInt64($0) } }.whole() }

  /// The microjoules of all packages together between two readings, between which each may have wrapped around once.
  fileprivate func microjoules(from first: [UInt64], to last: [UInt64]) -> UInt64 {
    packages.indices.reduce(0) { sum, place in
      let (before, after) = (first[place], last[place])
      return sum + (after >= before ? after - before : after + max(before, packages[place].range) - before)
    }
  }

  private static func text(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// Which steps of this process run at the same time.
final class StepActivity: Sendable {
  private let counts = Mutex((running: 0, started: 0))

  /// The number of steps that run, and of those that have begun so far.
  var now: (running: Int, started: Int) { counts.withLock { $0 } }

  /// Counts a step while `body` runs it.
  func running<Result>(_ body: () throws -> Result) rethrows -> Result {
    counts.withLock { counts in counts = (counts.running + 1, counts.started + 1) }
    defer { counts.withLock { $0.running -= 1 } }
    return try body()
  }
}

/// Measures the energy of one call.
final class EnergyMeter: Sendable {
  private let counter: EnergyCounter
  private let activity: StepActivity
  private let atStart: (running: Int, started: Int)
  /// The last reading, and the microjoules up to it; nil after a reading that failed.
  private let state: Mutex<(reading: [UInt64], sum: UInt64)?>

  /// Begins with a reading of `counter`; nil where that fails.
  init?(_ counter: EnergyCounter, _ activity: StepActivity) {
    guard let first = counter.reading else { return nil }
    (self.counter, self.activity, atStart) = (counter, activity, activity.now)
    state = Mutex((first, 0))
  }

  /// Reads the counters; to be called more often than they wrap around, which takes at least minutes.
  func update() {
    state.withLock { state in
      guard let (before, sum) = state, let now = counter.reading else { return state = nil }
      state = (now, sum + counter.microjoules(from: before, to: now))
    }
  }

  /// The energy since the beginning; nil where a reading failed, or where the counters did not move at all.
  func finish() -> Cost.Energy? {
    update()
    guard let sum = state.withLock({ $0?.sum }), sum > 0 else { return nil }
    return Cost.Energy(
      joules: Double(sum) / 1e6, isShared: atStart.running > 1 || activity.now.started > atStart.started)
  }
}
