import Engine
import Foundation
import Synchronization
import Testing

/// Remembers the numbers of the computed parts.
private final class Workshop: Sendable {
  private let numbers = Mutex<[Int]>([])

  var made: [Int] { numbers.withLock { $0.sorted() } }

  func make(_ number: Int) -> Tensor {
    numbers.withLock { $0.append(number) }
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

  // In a process of their own, no other test occupies the threads of Dispatch.
  @Test func areMadeBeforeAnybodyAsks() async {
    await #expect(processExitsWith: .success) {
      let workshop = Workshop()
      let ahead = PartsAhead(3) { workshop.make($0) }
      let end = Date(timeIntervalSinceNow: 300)
      while workshop.made.count < 3, Date() < end { usleep(5000) }
      #expect(workshop.made == [0, 1, 2])
      #expect(ahead.parts().count == 3)
    }
  }

  @Test func whoAsksEarlyHelps() async {
    await #expect(processExitsWith: .success) {
      // Each part waits for the other one, so that one thread alone cannot compute both.
      let bothBegun = DispatchGroup()
      for _ in 0..<2 { bothBegun.enter() }
      let ahead = PartsAhead(2) { _ in
        bothBegun.leave()
        return bothBegun.wait(timeout: .now() + 300) == .success
      }
      #expect(ahead.parts() == [true, true])
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
