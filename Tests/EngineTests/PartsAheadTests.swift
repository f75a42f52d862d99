import Engine
import Foundation
import Synchronization
import Testing

/// Counts the computed parts, and the number of concurrent threads.
private final class Workshop: Sendable {
  private let counts = Mutex((made: [Int](), busy: 0, most: 0))

  var made: [Int] { counts.withLock { $0.made.sorted() } }
  var most: Int { counts.withLock { $0.most } }

  func make(_ number: Int) -> Tensor {
    counts.withLock {
      $0.busy += 1
      $0.most = max($0.most, $0.busy)
    }
    Thread.sleep(forTimeInterval: 0.01)
    counts.withLock {
      $0.busy -= 1
      $0.made.append(number)
    }
    return Tensor(repeating: Float(number), shape: [256])
  }
}

@Suite struct PartsAheadTests {
  @Test(arguments: [0, 1, 7, 40]) func partsComeInOrderAndAreMadeOnce(count: Int) {
    let workshop = Workshop()
    let ahead = PartsAhead(count) { workshop.make($0) }
    #expect(ahead.parts().map { $0[0] } == (0..<count).map(Float.init))
    #expect(workshop.made == Array(0..<count))
    #expect(ahead.parts().count == count, "whoever asks again gets them again")
  }

  @Test func areMadeBeforeAnybodyAsks() {
    let workshop = Workshop()
    let ahead = PartsAhead(3) { workshop.make($0) }
    let end = Date(timeIntervalSinceNow: 20)
    while workshop.made.count < 3, Date() < end { Thread.sleep(forTimeInterval: 0.005) }
    #expect(workshop.made == [0, 1, 2])
    #expect(ahead.parts().count == 3)
  }

  @Test func whoAsksEarlyHelps() async {
    await #expect(processExitsWith: .success) {
      let workshop = Workshop()
      let ahead = PartsAhead(60) { workshop.make($0) }
      _ = ahead.parts()
      #expect(workshop.most >= 2)
    }
  }

  /// The memory of a part is counted for the thread that takes it, from then on.
  @Test func memoryBelongsToWhoTakesTheParts() {
    let (held, peak) = MemoryMeter.measure { PartsAhead(4) { Tensor(repeating: Float($0), shape: [256]) }.parts() }
    #expect(held.count == 4)
    #expect(peak == 4 * 1024)
    let (_, again) = MemoryMeter.measure {
      for _ in 0..<5 {
        let ahead = PartsAhead(4) { Tensor(repeating: Float($0), shape: [256]) }
        _ = ahead.parts()
      }
      _ = Tensor(zeros: [256])
    }
    #expect(again == 4 * 1024, "what was taken is given back")
  }
}
