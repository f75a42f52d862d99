import Engine
import Testing
import UnlearningTesting

@Suite struct TapeTests {
  @Test func unusedVariablesGetZeros() {
    let tape = Tape()
    let (used, unused) = (tape.variable(Tensor(2)), tape.variable(Tensor([1, 2, 3], shape: [3])))
    let gradients = tape.gradients(of: used * used, for: [used, unused])
    #expect(gradients == [Tensor(4), Tensor(zeros: [3])])
  }

  @Test func outputsThatAreConstantHaveNoGradient() {
    let tape = Tape()
    let x = tape.variable(Tensor(2))
    #expect(tape.gradients(of: Variable(Tensor(3)), for: [x]) == [Tensor(0)])
  }

  @Test func detachedValuesStopTheGradient() {
    let tape = Tape()
    let x = tape.variable(Tensor(3))
    let y = x * x
    #expect(!y.detached.isTracked && y.detached.value == y.value)
    #expect(tape.gradients(of: y.detached * x, for: [x]) == [Tensor(9)])
  }

  @Test func intermediateValuesHaveGradientsToo() {
    let tape = Tape()
    let x = tape.variable(Tensor(3))
    let y = x * x
    let z = y * y + x
    #expect(tape.gradients(of: z, for: [x, y, z]) == [Tensor(4 * 27 + 1), Tensor(18), Tensor(1)])
  }

  @Test func sameVariableAskedTwiceAnswersTwice() {
    let tape = Tape()
    let x = tape.variable(Tensor(3))
    #expect(tape.gradients(of: x * x, for: [x, x]) == [Tensor(6), Tensor(6)])
  }

  @Test func constantsAreNotRecorded() {
    let constant = Variable(Tensor(2)) * Variable(Tensor(3))
    #expect(!constant.isTracked && constant.value == Tensor(6))
  }

  /// A chain so long that recursion or quadratic cost would show.
  @Test func longChains() {
    let tape = Tape()
    let x = tape.variable(Tensor(1))
    let y = (0..<20_000).reduce(x) { sum, _ in sum + x }
    #expect(tape.gradients(of: y, for: [x]) == [Tensor(20_001)])
  }

  /// Operations hold their inputs, which refer to their tape: there must be no retain cycle.
  @Test(arguments: [true, false]) func tapesAreReleased(readBackwards: Bool) {
    weak var released: Tape?
    do {
      let tape = Tape()
      released = tape
      let x = tape.variable(Tensor(zeros: [1, 5, 5, 2]))
      let weights = tape.variable(Tensor(zeros: [3, 3, 2, 4]))
      let features = x.convolution(weights: weights).rectified()
      // Not part of the output, so it gets no gradient.
      _ = features.flattened().linear(weights: tape.variable(Tensor(zeros: [2, 36])), bias: nil)
      if readBackwards { _ = tape.gradients(of: features.sum(), for: [weights]) }
    }
    #expect(released == nil)
  }

  @Test func savedValuesAreReleased() async {
    await #expect(processExitsWith: .success) {
      let image = Tensor(zeros: [4, 16, 16, 8])
      let weights = Tensor(zeros: [3, 3, 8, 8])
      func pass(readBackwards: Bool) -> Int {
        MemoryMeter.measure {
          for _ in 0..<20 {
            let tape = Tape()
            let w = tape.variable(weights)
            let y = Variable(image).convolution(weights: w, padding: 1)
            _ = y.convolution(weights: w, padding: 1)
            if readBackwards { _ = tape.gradients(of: y.sum(), for: [w]) }
          }
        }.peakBytes
      }
      // One pass holds under ten buffers of this size, twenty leaking passes would hold at least forty.
      let limit = 16 * image.count * 4
      #expect(pass(readBackwards: true) < limit)
      #expect(pass(readBackwards: false) < limit)
    }
  }
}
