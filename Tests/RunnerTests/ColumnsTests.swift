import Experiments
import Foundation
import TestSupport
import Testing
import UnlearningRunner

@Suite("lines of tables and COLUMNS") struct ColumnsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "a width is a whole number from 40 on, and all else is ignored",
    arguments: [
      ("80", 80), ("40", 40), ("39", nil), ("1", nil), ("0", nil), ("-80", nil), ("", nil), ("wide", nil),
      ("80.5", nil), (" 80", nil), ("80 ", nil), ("8e1", nil), ("99999999999999999999", nil),
    ] as [(String, Int?)])
  func columns(text: String, columns: Int?) {
    #expect(Console.columns(in: ["COLUMNS": text]) == columns)
  }

  @Test("without the variable lines have any length") func unset() {
    #expect(Console.columns(in: ["LINES": "24"]) == nil)
  }

  @Test("help for the narrowest terminal is help", arguments: [1, 20, 40]) func narrowHelp(width: Int) async {
    let result = await runner("--help", outputWidth: width)
    #expect(result.status == .done && result.output.contains("USAGE:"))
  }

  /// The output of the built runner into a pipe.
  private func piped(_ arguments: [String], columns: String?) throws -> String {
    let process = Process()
    process.executableURL = builtRunner
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "COLUMNS" }
    if let columns { process.environment?["COLUMNS"] = columns }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text
  }

  @Test(
    "tables in a pipe have its width, and rows keep every byte",
    .enabled(if: builtRunner != nil, "the runner is not beside the tests"))
  func pipe() async throws {
    let long = String(repeating: "x", count: 5000)
    let experiment = SmallExperiment.tiny {
      ($0.name, $0.training, $0.methods) = (long, "epochs: 0", ["fine-tune: {training: {epochs: 0}}"])
      $0.metrics += ["total-variation", "run-time", "peak-memory"]
    }
    let file = try folder.write(experiment.yaml, to: "tiny.yaml")
    let store = folder.path("store")
    #expect(await runner(file, "--store", store).status == .done)
    let results = ["results", file, "--store", store]
    let whole = try piped(results, columns: nil)
    #expect(whole.split(separator: "\n").contains { $0.displayWidth > 120 })
    for width in [80, 120] {
      let text = try piped(results, columns: "\(width)")
      #expect(text.split(separator: "\n").allSatisfy { $0.displayWidth <= width }, "\(text)")
      #expect(text.split(separator: "\n").filter { $0.hasPrefix("fine-tune ") }.count > 1)
    }
    #expect(try piped(results, columns: "wide") == whole)
    // A pipe is no terminal, whatever its width: nothing is cut or written out.
    for format in ["json", "csv"] {
      let rows = try piped(results + ["--format", format], columns: "80")
      #expect(try rows == piped(results + ["--format", format], columns: nil))
      #expect(rows.contains(long) && !rows.contains("more characters"))
    }
  }
}
