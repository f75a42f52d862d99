import Data
import Foundation
import Unlearning

/// The number of concurrent steps, chosen by timing training steps on this machine.
///
/// Parallel work within a step waits for its slowest thread, concurrent steps share caches and memory; which costs less
/// depends on architecture and machine.
package struct WorkerChoice: Equatable {
  /// The number chosen.
  package let workers: Int
  /// The speedup in images per second over one step at a time on all threads.
  package let gain: Double

  /// The timing of one number of workers.
  package struct Trial {
    var workers: Int
    /// Seconds of all trainings that remain.
    var seconds: Double
    /// Bytes of tensors that one step holds.
    var peakBytes: Int

    /// The timing of `workers` concurrent steps.
    package init(workers: Int, seconds: Double, peakBytes: Int) {
      self.workers = workers
      self.seconds = seconds
      self.peakBytes = peakBytes
    }
  }

  /// The tolerance within which the largest number is chosen: attacks and metrics use one core each.
  ///
  /// Timings on a shared machine vary by as much.
  private static let tolerance = 1.1

  /// Chooses the largest number within the tolerance of the fastest, among those with steps that fit into `memory`
  /// bytes.
  ///
  /// - Parameter trials: The first is that of one worker.
  package init(_ trials: [Trial], memory: Int) {
    let fitting = trials.filter { $0.workers == 1 || $0.workers * $0.peakBytes <= memory }
    let fastest = fitting.map(\.seconds).min() ?? 0
    let chosen = fitting.last { $0.seconds <= fastest * Self.tolerance } ?? trials[0]
    workers = chosen.workers
    gain = trials[0].seconds / chosen.seconds
  }

  /// The maximum number of workers: one per core, at most 8.
  package static var greatest: Int { min(ProcessInfo.processInfo.activeProcessorCount, 8) }

  /// The numbers to time: powers of two, and the maximum.
  static var candidates: [Int] { [1, 2, 4, 8].filter { $0 < greatest } + [greatest] }
}

extension Plan {
  /// How often each number of workers is timed.
  private static let rounds = 5
  /// The maximum fraction of the training time to spend on timing.
  private static let mostShare = 0.1

  /// Chooses for the steps missing in `store`; nil where running them is faster than timing.
  ///
  /// - Throws: `DataError` when the data cannot be read; `ParameterError` when an architecture cannot take its images;
  ///   `OutOfMemory`.
  func workerChoice(store: Store, data: DataCache) throws -> WorkerChoice? {
    let candidates = WorkerChoice.candidates
    guard candidates.count > 1 else { return nil }
    let loads = try workloads(store: store, data: data).all.filter { $0.trainedImages > 0 }
    func clock(_ load: Workload, _ workers: Int) throws -> StepClock {
      try StepClock(load, plugins, like: try data.data(load.setting.data).train, copies: workers)
    }
    let start = ContinuousClock.now
    let seconds = try loads.reduce(0.0) { try $0 + clock($1, 1).training() * Double($1.trainedImages) }
    // n copies on the same cores take n times as long as one.
    let cost = (ContinuousClock.now - start).inSeconds * Double(Self.rounds * candidates.reduce(0, +))
    guard cost <= seconds * Self.mostShare else { return nil }
    var trials = candidates.map { WorkerChoice.Trial(workers: $0, seconds: 0, peakBytes: 0) }
    for load in loads {
      let clocks = try candidates.map { try clock(load, $0) }
      // Interleaved, because the speed of a shared machine varies; the minimum of each is the least disturbed.
      var best = [Double](repeating: .infinity, count: clocks.count)
      for _ in 0..<Self.rounds {
        for (place, clock) in clocks.enumerated() { best[place] = min(best[place], try clock.training()) }
      }
      for (place, clock) in clocks.enumerated() {
        trials[place].seconds += best[place] * Double(load.trainedImages)
        trials[place].peakBytes = max(trials[place].peakBytes, clock.peakBytes)
      }
    }
    return WorkerChoice(trials, memory: Int(ProcessInfo.processInfo.physicalMemory / 10 * 8))
  }
}
