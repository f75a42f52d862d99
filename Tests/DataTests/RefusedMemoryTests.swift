import Data
import Engine
import Foundation
import TestSupport
import Testing

/// Data that do not fit into memory fail their step; an array that gets no memory would end the process.
@Suite struct RefusedMemoryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func filesThatDoNotFit() async throws {
    let path = folder.path("large")
    try #require(FileManager.default.createFile(atPath: path, contents: nil))
    // A hole, which takes no disk space.
    try #require(truncate(path, 256 << 20) == 0)
    await #expect(processExitsWith: .success) { [path = path as String] in
      try limitAddressSpace(toMore: 64 << 20)
      AllocationFailure.withHandler({ _ in exit(EXIT_SUCCESS) }) { _ = try? FileBytes.read(URL(filePath: path)) }
      exit(EXIT_FAILURE)
    }
  }

  @Test func recordsThatDoNotFit() async throws {
    await #expect(processExitsWith: .success) {
      try limitAddressSpace(toMore: 64 << 20)
      AllocationFailure.withHandler({ _ in exit(EXIT_SUCCESS) }) {
        _ = CIFARRecords(classCounts: [10], capacity: 50_000)
      }
      exit(EXIT_FAILURE)
    }
  }

  @Test func picturesThatDoNotFit() async throws {
    await #expect(processExitsWith: .success) {
      let picture = Picture(height: 1000, width: 1000, pixels: [UInt8](repeating: 0, count: 3_000_000))
      try limitAddressSpace(toMore: 64 << 20)
      AllocationFailure.withHandler({ _ in exit(EXIT_SUCCESS) }) { _ = picture.resized(height: 10_000, width: 10_000) }
      exit(EXIT_FAILURE)
    }
  }
}
