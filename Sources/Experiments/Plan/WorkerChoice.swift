import Data
import Foundation
import Unlearning

/// How many steps run side by side, judged by training steps that were timed on this machine.
///
/// Work cut among threads waits for its slowest part, work side by side shares caches and memory; which of the two costs
/// less depends on architecture and machine.
package struct WorkerChoice: Equatable {
  /// The number chosen.
  package let workers: Int
  /// How many times as many images a second as one step at a time, all threads in it.
  package let gain: Double

  /// What was timed for one number of workers.
  package struct Trial {
    var workers: Int
    /// Seconds of all trainings that remain.
    var seconds: Double
    /// Bytes of tensors that one step holds.
    var peakBytes: Int

    /// What was timed for `workers`.
    package init(workers: Int, seconds: Double, peakBytes: Int) {
      self.workers = workers
      self.seconds = seconds
      self.peakBytes = peakBytes
    }
  }

  /// Attacks and metrics keep one core each, so of numbers that train about equally fast the largest is best.
  ///
  /// Timings on a shared machine differ by as much without a reason.
  private static let tolerance = 1.1

  /// The largest number that is about as fast as the fastest, of those whose steps fit into `memory` bytes together.
  ///
  /// - Parameter trials: The first is that of one worker.
  package init(_ trials: [Trial], memory: Int) {
    let fitting = trials.filter { $0.workers == 1 || $0.workers * $0.peakBytes <= memory }
    let fastest = fitting.map(\.seconds).min() ?? 0
    let chosen = fitting.last { $0.seconds <= fastest * Self.tolerance } ?? trials[0]
    workers = chosen.workers
    gain = trials[0].seconds / chosen.seconds
  }

  /// One for each core of this machine, at most 8.
  package static var greatest: Int { min(ProcessInfo.processInfo.activeProcessorCount, 8) }

  /// What to try: powers of two, and the greatest.
  static var candidates: [Int] { [1, 2, 4, 8].filter { $0 < greatest } + [greatest] }
}

extension Plan {
  /// How often each number of workers is timed.
  private static let rounds = 5
  /// The most of the trainings' time that judging them may take.
  private static let mostShare = 0.1

  /// Chooses for what is missing in `store`; nil where that is done sooner than judged.
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
    // Several copies on the same cores take as many times as long as one.
    let cost = (ContinuousClock.now - start).inSeconds * Double(Self.rounds * candidates.reduce(0, +))
    guard cost <= seconds * Self.mostShare else { return nil }
    var trials = candidates.map { WorkerChoice.Trial(workers: $0, seconds: 0, peakBytes: 0) }
    for load in loads {
      let clocks = try candidates.map { try clock(load, $0) }
      // In turn, because a shared machine is fast and slow by moments; the best of each is the least disturbed.
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
