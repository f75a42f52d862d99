import Engine
import Experiments
import Foundation
import Revision
import TestSupport
import Testing
import UnlearningRunner

@Suite("version")
struct VersionTests {
  @Test("name, version, revision, engine and instruction set in one line")
  func line() async throws {
    let result = await runner("--version")
    #expect(result.status == .done)
    #expect(result.messages.isEmpty)
    let match = try #require(
      try /lacuna \d+\.\d+\.\d+ \(revision ([0-9a-f]{10}(\+changes)?|unknown), engine (\d+), (\w+)\)\n/
        .wholeMatch(in: result.output), "\(result.output)")
    #expect(match.1 == Revision.name ?? "unknown")
    #expect(Int(match.3) == Plan.engineVersion)
    #expect(String(match.4) == Runtime.instructionSet)
  }

  @Test("the revision is that of the sources", .enabled(if: FileManager.default.fileExists(atPath: gitFolder)))
  func revision() throws {
    let git = Process()
    git.executableURL = URL(filePath: "/usr/bin/env")
    git.arguments = [
      "git", "-C", packageRoot.path, "cat-file", "-t", try #require(Revision.name).prefix(10).description,
    ]
    let output = Pipe()
    git.standardOutput = output
    try git.run()
    git.waitUntilExit()
    #expect(String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "commit\n")
  }

  private static let gitFolder = packageRoot.appending(path: ".git").path
}
