import Engine
import Foundation
import Testing
import UnlearningTesting

// The thread limit belongs to the process, and the pool serves one caller at a time: each test has its own process,
// where no other caller uses the pool.
@Suite struct ReproducibilityTests {
  @Test func sameBitsWithOneThreadAndWithTwo() async {
    await #expect(processExitsWith: .success) {
      let results = [1, 2, 3].map { limit -> TrainingRun in
        Runtime.setThreadLimit(limit)
        #expect(Runtime.threadLimit == limit)
        var run = TrainingRun()
        #expect(run.train(steps: 3).allSatisfy { $0.isFinite })
        return run
      }
      for other in results.dropFirst() {
        record([other.difference(from: results[0])])
      }
    }
  }

  @Test func sameBitsTwice() {
    var (first, second, other) = (TrainingRun(), TrainingRun(), TrainingRun(seed: 2))
    let losses = first.train(steps: 2)
    #expect(Comparison.bitDifference(second.train(steps: 2), from: losses) == nil)
    #expect(second.difference(from: first) == nil)
    #expect(other.train(steps: 2) != losses)
  }

  @Test func trainingLowersTheLoss() {
    var run = TrainingRun(batch: 16)
    let losses = run.train(steps: 12)
    #expect(losses[losses.count - 1] < 0.8 * losses[0])
  }

  @Test func sameBitsSideBySide() async {
    await #expect(processExitsWith: .success) {
      Runtime.setThreadLimit(4)
      var alone = TrainingRun()
      _ = alone.train(steps: 2)
      let results = await withTaskGroup(of: TrainingRun.self) { group in
        for _ in 0..<3 {
          group.addTask {
            Runtime.asJob {
              var run = TrainingRun()
              _ = run.train(steps: 2)
              return run
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.count == 3)
      for result in results {
        record([result.difference(from: alone)])
      }
    }
  }
}
