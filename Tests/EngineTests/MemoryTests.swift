import Engine
import Testing

// Counters of the whole process are read in a separate process.
@Suite struct MemoryTests {
  @Test func steadyTrainingTakesNothingFromTheSystem() async {
    await #expect(processExitsWith: .success) {
      var run = TrainingRun(batch: 8)
      _ = run.train(steps: 3)
      let before = MemoryMeter.systemAllocations
      #expect(before > 0)
      _ = run.train(steps: 5)
      #expect(MemoryMeter.systemAllocations == before)
    }
  }

  /// Parameters and moments are updated in place.
  @Test(arguments: OptimizerTests.optimizers.indices) func steadyOptimizersTakeNoMemory(index: Int) {
    var parameters = NamedTensors(names: ["w", "b"], values: [Tensor(zeros: [300, 7]), Tensor(zeros: [7])])
    let gradients = parameters.mapValues { Tensor(repeating: 1, shape: $0.shape) }
    var optimizer = OptimizerTests.optimizers[index]
    optimizer.update(&parameters, along: gradients, learningRate: 0.1)
    let (_, peak) = MemoryMeter.measure { optimizer.update(&parameters, along: gradients, learningRate: 0.1) }
    #expect(peak == 0)
  }

  @Test func buffersAreUsedAgain() async {
    await #expect(processExitsWith: .success) {
      do { _ = Tensor(zeros: [1000]) }
      let before = MemoryMeter.systemAllocations
      do { _ = Tensor(zeros: [1000]) }
      #expect(MemoryMeter.systemAllocations == before)
      let (first, second) = (Tensor(zeros: [1000]), Tensor(zeros: [1000]))
      #expect(MemoryMeter.systemAllocations == before + 1)
      #expect(first == second)
    }
  }
}

// Sizes are powers of two, which the buffer cache does not round up.
@Suite struct MemoryMeterTests {
  private let kilobyte = 1024

  @Test func peakOfAKnownSequence() {
    let outside = Tensor(zeros: [4096])
    let (result, peak) = MemoryMeter.measure { () -> Tensor in
      let first = Tensor(zeros: [1024])
      do {
        let second = Tensor(repeating: 1, shape: [2048])
        #expect(second.sum == 2048)
      }
      let third = Tensor(repeating: 2, shape: [1024])
      return first + third
    }
    #expect(result[0] == 2)
    // First and second: 12 KB; first, third and their sum: 12 KB as well. Memory held before does not count.
    #expect(peak == 12 * kilobyte)
    #expect(outside.sum == 0)
  }

  @Test func peakInTheMiddle() {
    let (_, peak) = MemoryMeter.measure {
      for size in [1024, 8192, 2048] { #expect(Tensor(repeating: 1, shape: [size]).sum == Double(size)) }
    }
    #expect(peak == 32 * kilobyte)
  }

  @Test func nestedMeasurementsSeeTheirOwnPart() {
    let (inner, outer) = MemoryMeter.measure { () -> [Int] in
      let held = Tensor(zeros: [1024])
      let first = MemoryMeter.measure { Tensor(zeros: [2048]).sum }.peakBytes
      let second = MemoryMeter.measure { Tensor(zeros: [512]).sum }.peakBytes
      return [first, second, Int(held.sum)]
    }
    #expect(inner == [8 * kilobyte, 2 * kilobyte, 0])
    #expect(outer == 12 * kilobyte)
  }

  @Test func viewsAndUnchangedCopiesAreFree() {
    let x = Tensor(zeros: [1024])
    let (_, peak) = MemoryMeter.measure { () -> Float in
      let view = x.reshaped([32, 32])
      let copy = view
      return copy[3, 5] + view[0]
    }
    #expect(peak == 0)
  }

  @Test func measuresWhatAThrowingCallTook() {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try MemoryMeter.measure { () throws(Stop) in
        _ = Tensor(zeros: [1024])
        throw Stop()
      }
    }
    let (_, peak) = MemoryMeter.measure { Tensor(zeros: [512]).sum }
    #expect(peak == 2 * kilobyte)
  }
}
