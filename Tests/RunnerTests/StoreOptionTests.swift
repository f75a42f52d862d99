import Experiments
import Foundation
import TestSupport
import Testing
import UnlearningRunner

/// Valid values of `--store`, and how commands change the folder.
@Suite("--store") struct StoreOptionTests {
  private let folder: TemporaryFolder
  private let file: String
  private let store: String

  init() throws {
    folder = try TemporaryFolder()
    store = folder.path("store")
    file = try SmallExperiment.tiny().written(to: folder)
  }

  @Test(arguments: ["run", "plan", "results"]) func mayNotBeEmpty(command: String) async {
    let result = await runner(command, file, "--store", "")
    #expect(result.status == .badUsage)
    #expect(result.messages.contains("'--store' must be a folder, is empty"), "\(result.messages)")
  }

  @Test func whatIsNotThereIsAnErrorOfResults() async {
    let result = await runner("results", file, "--store", store)
    #expect(result.status == .badUsage)
    #expect(result.messages.hasPrefix("error: \(store): there is no store here"), "\(result.messages)")
    #expect(!FileManager.default.fileExists(atPath: store))
  }

  @Test(arguments: ["run", "plan", "results"]) func aFolderOfSomethingElseIsRefused(command: String) async throws {
    try folder.write("mine", to: "store/temporary/draft.txt")
    try folder.write("mine", to: "store/lock")
    let result = await runner(command, file, "--store", store)
    #expect(result.status == .badUsage)
    #expect(result.messages.contains("this folder is no store"), "\(result.messages)")
    #expect(folder.files.filter { $0.hasPrefix("store/") } == ["store/lock", "store/temporary/draft.txt"])
    #expect(try String(contentsOfFile: folder.path("store/lock"), encoding: .utf8) == "mine")
  }

  @Test(arguments: ["run", "plan", "results"]) func aStoreOfAnotherVersionIsRefused(command: String) async throws {
    #expect(await runner(file, "--store", store).status == .done)
    let marker = "{\"store\": \"lacuna\", \"version\": 99}\n"
    try folder.write(marker, to: "store/store.json")
    let before = try state()
    let result = await runner(command, file, "--store", store)
    #expect(result.status == .badUsage && result.output.isEmpty)
    #expect(
      result.messages.hasPrefix(
        "error: \(store)/store.json: expected {\"store\": \"lacuna\", \"version\": 1}, "
          + "found {\"store\": \"lacuna\", \"version\": 99}: "), "\(result.messages)")
    #expect(try state() == before)
  }

  /// Every file below the store with its time of change.
  private func state() throws -> [String: Date] {
    var times: [String: Date] = [:]
    for name in FileManager.default.enumerator(atPath: store)?.compactMap({ $0 as? String }) ?? [] {
      times[name] = try FileManager.default.attributesOfItem(atPath: "\(store)/\(name)")[.modificationDate] as? Date
    }
    return times
  }

  @Test func readingChangesNothingAlsoAfterAKill() async throws {
    #expect(await runner(file, "--store", store).status == .done)
    // As a killed process of this machine leaves them.
    try folder.write("half", to: "store/temporary/some_host-999999-1-1-0123456789ab/model.safetensors")
    let before = try state()
    for arguments in [["results"], ["plan"], ["run"]] {
      let result = await runner(arguments[0], file, "--store", store)
      #expect(result.status == .done, "\(arguments): \(result.messages)")
    }
    #expect(await runner("check", file).status == .done)
    #expect(try state() == before)
  }

  /// Runs a command as the user "nobody", who has no permission to write here.
  private func asNobody(_ arguments: String...) throws -> (status: Int32, output: String, messages: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", try #require(builtRunner).path] + arguments
    let (output, messages) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = messages
    try process.run()
    let texts = [output, messages].map {
      String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    process.waitUntilExit()
    return (process.terminationStatus, texts[0], texts[1])
  }

  @Test(
    .enabled(if: getuid() == 0 && builtRunner != nil, "needs the right to become another user, and the built runner"))
  func aFinishedExperimentWorksOnAStoreThatMayNotBeWritten() async throws {
    let whole = await runner(file, "--store", store)
    #expect(whole.status == .done)
    try folder.write("half", to: "store/temporary/some_host-999999-1-1-0123456789ab/model.safetensors")
    for path in [folder.url.path, store] {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    let before = try state()
    for command in ["results", "run"] {
      let result = try asNobody(command, file, "--store", store)
      #expect(result.status == 0 && result.output == whole.output, "\(command): \(result.messages)")
    }
    #expect(try asNobody("plan", file, "--store", store).output.contains("nothing to run"))
    #expect(try state() == before)

    // An unreadable result is not a missing one.
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: "\(store)/steps")
    for command in ["results", "run", "plan"] {
      let result = try asNobody(command, file, "--store", store)
      #expect(result.status == 1, "\(command)")
      #expect(
        result.messages.contains("error: \(store)/steps: cannot be read: Permission denied"),
        "\(command): \(result.messages)")
    }
  }

  @Test(
    .enabled(if: getuid() == 0 && builtRunner != nil, "needs the right to become another user, and the built runner"))
  func aStoreThatMayNotBeWrittenStopsTheRunAtOnce() async throws {
    try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
    for path in [folder.url.path, store] {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    let result = try asNobody("run", file, "--store", store)
    #expect(result.status == 1)
    let lines = result.messages.split(separator: "\n").filter { $0.contains("cannot be written") }
    #expect(lines.count == 1 && !result.messages.contains("failed:"), "\(result.messages)")
  }

  @Test func aStoreThatAnotherRunHoldsIsAFailure() async throws {
    let lock = try Store(at: URL(filePath: store)).lock()
    let result = await runner(file, "--store", store)
    #expect(result.status == .failed && result.output.isEmpty)
    let reason = "error: \(store)/lock: another process (\(getpid())) writes to this store; "
    #expect(result.messages.contains(reason), "\(result.messages)")
    withExtendedLifetime(lock) {}
  }

  /// Runs Python, which changes files of a store as no command does.
  private func python(_ script: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script] + arguments
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  private static func forged(_ name: String) -> String {
    #"[{"name":"\#(name)","value":0.5,"unit":"fraction","direction":"higher","reference":"retrained"}]"#
  }

  /// All values of the metric, as it declares them but for one word or all numbers.
  private static func accuracies(_ word: String = "", instead: String = "", value: String = "0.5") -> String {
    let values = ["retain_train", "retain_test", "forget_train", "forget_test"].map { name in
      let direction = name.hasPrefix("retain") ? "higher" : "nearest"
      return #"{"name":"\#(name)","value":\#(value),"unit":"fraction","direction":"\#(direction)","#
        + #""reference":"retrained"}"#
    }
    return "[" + values.joined(separator: ",").replacing("\"\(word)\"", with: "\"\(instead)\"", maxReplacements: 1)
      + "]"
  }

  /// Whole by all checksums: an object instead of a list, nothing, one value of several, names that the metric has not, among
  /// them one that would clear a terminal, two values of one name, fractions that cannot be, and another unit, direction or
  /// reference.
  @Test(arguments: [
    #"{"accuracy": 1}"#, "[]", forged("retain_test"), forged("other"), forged(#"\u001b[2J"#),
    forged(String(repeating: "x", count: 100_000)),
    #"[{"name":"test","value":0.5,"unit":"fraction","direction":"higher","reference":"retrained"},"#
      + #"{"name":"test","value":0.25,"unit":"fraction","direction":"higher","reference":"retrained"}]"#,
    accuracies(value: "1e300"), accuracies(value: "7.5"), accuracies(value: "-3"),
    accuracies("fraction", instead: "seconds"), accuracies("higher", instead: "nearest"),
    accuracies("retrained", instead: "none"),
  ])
  func aForgedResultIsNamedAndComputedAgain(text: String) async throws {
    let whole = await runner(file, "--store", store, "--format", "csv")
    #expect(whole.status == .done)
    let record = try #require(
      folder.files.first { $0.hasSuffix("measurements.json") }
    ).replacing("measurements.json", with: "step.json")
    let place = URL(filePath: folder.path(record)).deletingLastPathComponent()
    try python(Self.forger, place.path, text)

    let results = await runner("results", file, "--store", store, "--format", "csv")
    #expect(results.status == .done)
    #expect(results.output.split(separator: "\n").count > 10, "the others are shown")
    let table = await runner("results", file, "--store", store)
    let lines = table.output.split(separator: "\n").filter {
      $0.contains(place.appending(path: "measurements.json").path)
    }
    #expect(lines.count == 1 && lines[0].contains("expected measurements, found something else ("), "\(table.output)")
    #expect(lines.allSatisfy { $0.hasSuffix("sets the damaged result aside and computes it again") }, "one line")
    #expect(!table.output.contains("\u{1B}") && table.output.utf8.count < 10_000)
    let again = await runner(file, "--store", store, "--format", "csv")
    #expect(again.status == .done, "\(again.messages)")
    #expect(again.output == whole.output)
    #expect(again.messages.contains(folder.path("store/damaged/\(place.lastPathComponent)-1")), "\(again.messages)")
    #expect(!again.messages.contains("run the experiment again"), "it was: \(again.messages)")
    #expect(folder.files.contains("store/damaged/\(place.lastPathComponent)-1/measurements.json"))
  }

  @Test("a whole record that does not list its measurements is damage, and not the end of every command")
  func aRecordWithoutItsFileIsComputedAgain() async throws {
    let whole = await runner(file, "--store", store, "--format", "csv")
    let place = folder.path(
      try #require(folder.files.first { $0.hasSuffix("measurements.json") }).replacing("/measurements.json", with: ""))
    try python(
      """
      import hashlib, json, os, sys
      path = os.path.join(sys.argv[1], "step.json")
      record = json.load(open(path))
      record["files"] = {}
      text = json.dumps(record).encode()
      open(path, "wb").write(text)
      open(os.path.join(sys.argv[1], "step.sha256"), "w").write(hashlib.sha256(text).hexdigest() + "  step.json\\n")
      """, place)
    let results = await runner("results", file, "--store", store)
    #expect(results.status == .done)
    #expect(
      results.output.contains("expected a record of measurements.json, found one of no file"), "\(results.output)")
    let again = await runner(file, "--store", store, "--format", "csv")
    #expect(again.status == .done && again.output == whole.output, "\(again.messages)")
  }

  @Test("stored numbers that are not finite are damage", arguments: ["model.safetensors", "predictions.safetensors"])
  func storedNumbersThatAreNotFinite(name: String) async throws {
    let whole = await runner(file, "--store", store, "--format", "csv")
    try python(
      """
      import hashlib, json, os, shutil, sys
      steps = [place for place, _, names in os.walk(os.path.join(sys.argv[1], "steps")) if "step.json" in names]
      place = next(step for step in sorted(steps) if os.path.exists(os.path.join(step, sys.argv[2])))
      path = os.path.join(place, sys.argv[2])
      content = open(path, "rb").read()[:-4] + bytes([0, 0, 192, 127])
      open(path, "wb").write(content)
      path = os.path.join(place, "step.json")
      record = json.load(open(path))
      record["files"][sys.argv[2]]["sha256"] = hashlib.sha256(content).hexdigest()
      text = json.dumps(record).encode()
      open(path, "wb").write(text)
      open(os.path.join(place, "step.sha256"), "w").write(hashlib.sha256(text).hexdigest() + "  step.json\\n")
      # What was computed from it is computed again.
      kinds = ["measurements.json"] + (["predictions.safetensors"] if sys.argv[2].startswith("model") else [])
      for step in steps:
        if any(os.path.exists(os.path.join(step, kind)) for kind in kinds): shutil.rmtree(step)
      """, store, name)
    let again = await runner(file, "--store", store, "--format", "csv")
    #expect(again.status == .done && again.output == whole.output, "\(again.messages)")
    #expect(again.messages.contains("is damaged; it was moved to "), "\(again.messages)")
  }

  /// Writes measurements of another form with the right sizes and checksums.
  private static let forger = """
    import hashlib, json, os, sys
    folder = sys.argv[1]
    text = sys.argv[2].encode()
    open(os.path.join(folder, "measurements.json"), "wb").write(text)
    path = os.path.join(folder, "step.json")
    record = json.load(open(path))
    record["files"]["measurements.json"] = {"size": len(text), "sha256": hashlib.sha256(text).hexdigest()}
    record = json.dumps(record).encode()
    open(path, "wb").write(record)
    open(os.path.join(folder, "step.sha256"), "w").write(hashlib.sha256(record).hexdigest() + "  step.json\\n")
    """
}
