import CKernels
import Engine
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct AllocationFailureTests {
  /// Runs `body` on a new thread and returns the bytes that were refused, or "ended" if it returned.
  private func outcome(of body: @escaping @Sendable () -> Void) -> String {
    let heard = Mutex<[String]>([])
    let end = DispatchSemaphore(value: 0)
    let thread = Thread {
      AllocationFailure.withHandler {
        let bytes = $0
        heard.withLock { $0.append("refused \(bytes)") }
        end.signal()
      } _: {
        body()
      }
      heard.withLock { $0.append("ended") }
      end.signal()
    }
    thread.start()
    #expect(end.wait(timeout: .now() + 600) == .success)
    // A thread that continues after the handler would report it within this time.
    if heard.withLock({ $0 }) != ["ended"] { Thread.sleep(forTimeInterval: 0.05) }
    return heard.withLock { $0 }.joined(separator: ", ")
  }

  @Test func memoryThatIsThereIsNoFailure() {
    #expect(outcome { _ = Tensor(zeros: [1000]) } == "ended")
  }

  @Test(arguments: [
    ([1 << 20, 1 << 25], 1 << 47), ([1 << 61], Int.max), ([Int.max], Int.max), ([Int.max, 2, 0, 3], 0),
    ([Int.max, Int.max], Int.max), ([1 << 40, 1 << 40, 1 << 40], Int.max),
  ])
  func theHandlerGetsTheBytesAndTheThreadGoesNoFurther(shape: [Int], bytes: Int) {
    #expect(outcome { _ = Tensor(zeros: shape) } == (bytes == 0 ? "ended" : "refused \(bytes)"))
  }

  @Test func handlersOfOuterCallsAreUsedAgain() {
    let inner = outcome {
      AllocationFailure.withHandler({ _ in Issue.record("this call has ended") }, { _ = Tensor(zeros: [8]) })
      _ = Tensor(zeros: [1 << 45])
    }
    #expect(inner == "refused \(1 << 47)")
  }

  @Test func withoutAHandlerTheProcessEnds() async {
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [1 << 45]) }
  }

  // Threads and jobs belong to the whole process.
  @Test func othersKeepThePoolAndAllThreads() async {
    await #expect(processExitsWith: .success) {
      Runtime.setThreadLimit(4)
      let isRefused = DispatchSemaphore(value: 0)
      Thread {
        AllocationFailure.withHandler({ _ in isRefused.signal() }) {
          Runtime.asJob {
            // The calling thread computes index 0.
            _ = Runtime.concurrentMap(8) { if $0 == 0 { _ = Tensor(zeros: [1 << 45]) } }
          }
        }
      }.start()
      #expect(isRefused.wait(timeout: .now() + 600) == .success)
      #expect(Runtime.threadShare == 4)
      let threads = Mutex<Set<ObjectIdentifier>>([])
      let end = Date(timeIntervalSinceNow: 300)
      _ = Runtime.concurrentMap(4) { _ in
        threads.withLock { _ = $0.insert(ObjectIdentifier(Thread.current)) }
        // The first thread waits for a second one.
        while threads.withLock(\.count) < 2, Date() < end { Thread.sleep(forTimeInterval: 0.002) }
      }
      #expect(threads.withLock(\.count) > 1, "the pool was given back")
    }
  }

  @Test("memory that an array could not get is refused before") func probes() {
    #expect(outcome { AllocationFailure.probe(1 << 20) } == "ended")
    #expect(outcome { AllocationFailure.probe(1 << 60) } == "refused \(1 << 60)")
  }

  @Test("a thread that the system refuses is reported") func threads() {
    let end = DispatchSemaphore(value: 0)
    #expect(SystemThread.start(stackBytes: 1 << 20) { end.signal() })
    #expect(end.wait(timeout: .now() + 600) == .success)
    #expect(!SystemThread.start(stackBytes: 1 << 50) { Issue.record("it was started") })
  }

  @Test("a thread of the pool fails the thread that it works for, and is replaced", arguments: [true, false])
  func helpers(inKernels: Bool) async {
    await #expect(processExitsWith: .success) { [inKernels] in
      Runtime.setThreadLimit(2)
      /// Runs `body` on a thread of the pool, while the calling thread waits inside the same task.
      @Sendable func onHelper(_ body: @escaping @Sendable () -> Void) {
        let caller = ObjectIdentifier(Thread.current)
        let isHelped = Atomic<Bool>(false)
        let end = Date(timeIntervalSinceNow: 300)
        _ = Runtime.concurrentMap(2) { _ in
          if ObjectIdentifier(Thread.current) == caller {
            while !isHelped.load(ordering: .relaxed), Date() < end { Thread.sleep(forTimeInterval: 0.001) }
          } else {
            isHelped.store(true, ordering: .relaxed)
            body()
          }
        }
      }
      let refused = Mutex<[Int]>([])
      for _ in 0..<3 {
        let end = DispatchSemaphore(value: 0)
        Thread {
          AllocationFailure.withHandler { bytes in
            refused.withLock { $0.append(bytes) }
            end.signal()
          } _: {
            onHelper { if inKernels { lacuna_refuse(77) } else { _ = Tensor(zeros: [1 << 45]) } }
            end.signal()
          }
        }.start()
        #expect(end.wait(timeout: .now() + 600) == .success)
      }
      #expect(refused.withLock { $0 } == Array(repeating: inKernels ? 77 : 1 << 47, count: 3))
      let isHelped = Atomic<Bool>(false)
      onHelper { isHelped.store(true, ordering: .relaxed) }
      let works = isHelped.load(ordering: .relaxed)
      #expect(works, "the pool has a thread for later tasks")
    }
  }

  @Test func partsThatCannotBeMadeAheadFailTheThreadThatAsks() {
    let text = outcome {
      let isBegun = DispatchSemaphore(value: 0)
      let ahead = PartsAhead(1) { _ in
        isBegun.signal()
        return Tensor(zeros: [1 << 45])
      }
      // The part is the background thread's.
      isBegun.wait()
      _ = ahead.parts()
    }
    #expect(text == "refused \(1 << 47)")
  }

  /// An array that gets no memory would end the process.
  @Test func numbersOfAFileThatGetNoMemoryAreRefused() async {
    await #expect(processExitsWith: .success) {
      var contents = SafeTensors()
      contents.integers["list"] = [Int](repeating: 1, count: 16 << 20)
      let bytes = contents.encoded()
      try limitAddressSpace(toMore: 64 << 20)
      AllocationFailure.withHandler({ bytes in exit(bytes == 128 << 20 ? EXIT_SUCCESS : EXIT_FAILURE) }) {
        _ = try? SafeTensors(bytes)
      }
      exit(EXIT_FAILURE)
    }
  }

  @Test func scalarsThatGetNoMemoryAreRefused() async {
    await #expect(processExitsWith: .success) {
      let tensor = Tensor(zeros: [32 << 20])
      try limitAddressSpace(toMore: 64 << 20)
      AllocationFailure.withHandler({ bytes in exit(bytes == 128 << 20 ? EXIT_SUCCESS : EXIT_FAILURE) }) {
        _ = tensor.scalars
      }
      exit(EXIT_FAILURE)
    }
  }

  /// OpenBLAS asks for its buffer forever where the system refuses it.
  @Test(.timeLimit(.minutes(10))) func aRefusedBufferOfOpenBLASIsAFailureToo() async {
    await #expect(processExitsWith: .success) {
      // Threads of the pool have no handler, so that theirs would end the process.
      Runtime.setThreadLimit(1)
      let (left, right) = (Tensor(zeros: [1024, 1024]), Tensor(zeros: [1024, 1024]))
      try limitAddressSpace(toMore: 64 << 20)
      AllocationFailure.withHandler({ bytes in exit(bytes == 128 << 20 ? EXIT_SUCCESS : EXIT_FAILURE) }) {
        _ = left.product(right)
      }
      exit(EXIT_FAILURE)
    }
  }
}
