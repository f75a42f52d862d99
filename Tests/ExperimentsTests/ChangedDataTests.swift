import BuiltIns
import ConfigYAML
import Data
import Engine
import Experiments
import Foundation
import TestSupport
import Testing
import Unlearning

/// Data that change after the plan never become a result under the plan's keys.
@Suite("Changed data") struct ChangedDataTests {
  private let folder: StoreFolder
  init() throws { folder = try StoreFolder() }

  private struct Golden: Decodable {
    struct Decoded: Decodable { var file: Foundation.Data }
    var decoded: [String: Decoded]
  }

  private static func picture(_ name: String) throws -> Foundation.Data {
    let golden = try GoldenFile.read(Golden.self, "pictures")
    return try #require(golden.decoded[name]).file
  }

  private func write(_ path: String, _ content: Foundation.Data) throws {
    let url = folder.url.appending(path: path)
    // What is there may be a pipe, which would be waited for.
    try? FileManager.default.removeItem(at: url)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.write(to: url)
  }

  /// Two classes of four pictures, with a list of groups.
  private func plan(writing: Bool = true, onBadPicture: String = "stop") throws -> Plan {
    if writing { try writePictures() }
    let place = folder.url.path
    return try SmallExperiment.tiny {
      let options = "size: 8, framing: stretch, attributes: groups.csv, on_bad_picture: \(onBadPicture)"
      $0.data = ["image-folder: {root: '\(place)', cache: '\(place)/cache', folder: pictures, \(options)}"]
      $0.forget = ["class: cat"]
    }.plan()
  }

  private func writePictures() throws {
    var list = "file,group\n"
    for part in ["train", "test"] {
      for label in ["cat", "dog"] {
        for number in 0..<4 {
          let path = "\(part)/\(label)/\(number).png"
          try write("pictures/\(path)", try Self.picture(label == "cat" ? "png" : "gray png"))
          list += "\(path),\(number % 2 == 0 ? "dark" : "light")\n"
        }
      }
    }
    try write("pictures/groups.csv", Foundation.Data(list.utf8))
  }

  private func failures(of plan: Plan) async throws -> (finished: Int, errors: [String]) {
    let store = try Store(at: folder.url.appending(path: "store"))
    let summary = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    return (summary.finished, summary.failures.map(\.error))
  }

  @Test("a picture that changes after the plan ends every step that reads the data")
  func pictures() async throws {
    let plan = try plan()
    try write("pictures/test/cat/0.png", try Self.picture("jpeg"))
    let changed = try await failures(of: plan)
    #expect(changed.finished == 0 && !changed.errors.isEmpty)
    let path = "\(folder.url.path)/pictures/test/cat/0.png"
    let expected = "\(path): the file was changed after the experiment was planned"
    #expect(changed.errors.allSatisfy { $0.hasPrefix(expected) })
    // Planned again, it runs.
    let again = try self.plan()
    #expect(try await failures(of: again).errors.isEmpty)
  }

  @Test("pictures that cannot be read stop the plan all at once, or are left out", .timeLimit(.minutes(10)))
  func unreadablePictures() async throws {
    _ = try plan()
    let paths = ["test/cat/0.png", "train/dog/3.png"].map { "\(folder.url.path)/pictures/\($0)" }
    for path in paths { try FileManager.default.removeItem(atPath: path) }
    #expect(symlink("/nowhere", paths[0]) == 0 && mkfifo(paths[1], 0o644) == 0)
    let error = #expect(throws: DataError.self) { try plan(writing: false) }
    guard case .badPictures(let problems) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(Set(problems.map(\.path)) == Set(paths))
    // One that only decoding shows to be damaged is named in the same round.
    let cut = "test/dog/1.png"
    try write("pictures/\(cut)", try Self.picture("gray png").prefix(40))
    #expect {
      try plan(writing: false)
    } throws: {
      guard case .badPictures(let problems) = $0 as? DataError else { return false }
      return Set(problems.map(\.path)) == Set(paths + ["\(folder.url.path)/pictures/\(cut)"])
    }
    let skipping = try plan(writing: false, onBadPicture: "skip")
    #expect(try await failures(of: skipping).errors.isEmpty)
    // The same pictures, once they can be read, are other data.
    let mended = try plan(onBadPicture: "skip")
    #expect(Set(mended.steps.map(\.key)).isDisjoint(with: skipping.steps.map(\.key)))
  }

  @Test("where no test picture of the forgotten class can be decoded, the values of the others are kept")
  func undecodableParts() async throws {
    try writePictures()
    for number in 0..<4 { try write("pictures/test/cat/\(number).png", try Self.picture("png").prefix(40)) }
    let plan = try plan(writing: false, onBadPicture: "skip")
    #expect(try await failures(of: plan).errors == [])
    let (rows, missing) = try results(of: plan, store: Store(at: folder.url.appending(path: "store")))
    #expect(Set(rows.map(\.name)) == ["accuracy.retain_train", "accuracy.retain_test", "accuracy.forget_train"])
    #expect(missing.count == plan.cells.count)
    #expect(
      missing.allSatisfy {
        $0.label.hasSuffix(" / accuracy.forget_test") && $0.reason == "its samples are pictures that cannot be decoded"
      }, "\(missing)")
    // What was measured of the other parts is whole.
    #expect(try await failures(of: plan).finished == 0)
  }

  @Test("a request is named as tables name it where its class has no picture") func emptyForgetSet() throws {
    try writePictures()
    for number in 0..<4 { try write("pictures/train/cat/\(number).png", Foundation.Data("GIF89a".utf8)) }
    #expect {
      try plan(writing: false, onBadPicture: "skip")
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.message) == [
        "image-folder / class cat: the forget set is empty; ask for at least one training sample"
      ]
    }
  }

  @Test("weights that change after the plan end every training")
  func weights() async throws {
    let source = GoldenFile.url("weights", "weights.safetensors")
    let copy = folder.url.appending(path: "weights.safetensors")
    try Foundation.Data(contentsOf: source).write(to: copy)
    let plan = try SmallExperiment {
      $0.architectures = ["resnet18: {width: 2, stem: large, weights: '\(copy.path)'}"]
      $0.training = "epochs: 0, learning_rate: 0.05"
    }.plan()
    var bytes = try Foundation.Data(contentsOf: source)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: copy)
    let changed = try await failures(of: plan)
    #expect(changed.finished == 0 && !changed.errors.isEmpty)
    #expect(changed.errors.allSatisfy { $0.contains("\(copy.path): the file was changed after the experiment") })
  }
}
