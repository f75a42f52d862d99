import Engine
import Foundation
import TestSupport
import Testing
import Unlearning

@Suite struct LibSVMMemoryTests {
  /// libsvm itself reads the null pointer.
  @Test("memory that is refused to libsvm is refused before it is called") func refusedMemory() async {
    await #expect(processExitsWith: .success) {
      let rows = FeatureRows((0..<8000).map { Double($0) })
      try limitAddressSpace(toMore: 64 << 20)
      AllocationFailure.withHandler({ _ in exit(EXIT_SUCCESS) }) {
        _ = try? SupportVectorMachine(positives: rows, negatives: rows, kernel: .rbf(gamma: 1), cost: 1)
      }
      exit(EXIT_FAILURE)
    }
  }
}
