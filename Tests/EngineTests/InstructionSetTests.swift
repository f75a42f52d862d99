import Engine
import Foundation
import Testing
import UnlearningTesting

// The kernels exist once per instruction set, and a process selects a set when its first kernel runs. Therefore each
// set is tested in its own process.
@Suite(.serialized) struct InstructionSetTests {
  static let known = ["portable", "avx2", "avx512", "amx"]

  /// The sets below the one of this process, which all other tests use.
  static var others: [String] { Array(known.prefix { $0 != Runtime.instructionSet }) }

  static func choose(_ set: String) {
    setenv("LACUNA_INSTRUCTION_SET", set, 1)
    #expect(Runtime.instructionSet == set, "the kernels are those of \(Runtime.instructionSet)")
  }

  @Test func machineRunsAKnownSet() { #expect(Self.known.contains(Runtime.instructionSet)) }

  @Test(arguments: others) func convolutions(_ set: String) async {
    await #expect(processExitsWith: .success) { [set] in
      Self.choose(set)
      let convolutions =
        OperationCase.smallConvolutions + OperationCase.wideConvolutions + OperationCase.thinConvolutions
      for operation in convolutions {
        record(operation.with { $0.coordinates = 3 }.violations())
      }
      record(ConvolutionTests.deepViolations())
      for example in PooledConvolutionCase.all { record(example.violations()) }
      for operation in NormalizedConvolutionCase.all {
        record(operation.violations(rectified: true, addsResidual: true))
      }
    }
  }

  @Test(arguments: others) func otherKernels(_ set: String) async {
    await #expect(processExitsWith: .success) { [set] in
      Self.choose(set)
      let operations =
        OperationCase.batchNorm + OperationCase.pooling + OperationCase.softmax + OperationCase.reductions
        + OperationCase.elementwise + OperationCase.linear
      for operation in operations { record(operation.with { $0.coordinates = 3 }.violations()) }
      record(ElementwiseExtremesTests.violations())
      record(ElementwiseExtremesTests.lengthViolations())
    }
  }

  @Test(arguments: others) func optimizers(_ set: String) async {
    await #expect(processExitsWith: .success) { [set] in
      Self.choose(set)
      for trajectory in try OptimizerGolden.load().trajectories { record(trajectory.violations()) }
    }
  }
}
