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
  private static let tolerance = 1.03

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
  /// Less than this is over before it is judged.
  private static let leastSeconds = 20.0

  /// Chooses for what is missing in `store`; nil where that is quickly done.
  ///
  /// - Throws: `DataError` when the data cannot be read; `ParameterError` when an architecture cannot take its images.
  func workerChoice(store: Store, data: DataCache) throws -> WorkerChoice? {
    let candidates = WorkerChoice.candidates
    guard candidates.count > 1 else { return nil }
    let loads = try workloads(store: store, data: data).all.filter { $0.trainedImages > 0 }
    var trials: [WorkerChoice.Trial] = []
    for workers in candidates {
      var trial = WorkerChoice.Trial(workers: workers, seconds: 0, peakBytes: 0)
      for load in loads {
        let clock = try StepClock(load, like: try data.data(load.setting.data).train, copies: workers)
        trial.seconds += clock.training() * Double(load.trainedImages)
        trial.peakBytes = max(trial.peakBytes, clock.peakBytes)
      }
      guard trial.workers > 1 || trial.seconds >= Self.leastSeconds else { return nil }
      trials.append(trial)
    }
    return WorkerChoice(trials, memory: Int(ProcessInfo.processInfo.physicalMemory / 10 * 8))
  }
}
