import BuiltIns
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
    let skipping = try plan(writing: false, onBadPicture: "skip")
    #expect(try await failures(of: skipping).errors.isEmpty)
    // The same pictures, once they can be read, are other data.
    let mended = try plan(onBadPicture: "skip")
    #expect(Set(mended.steps.map(\.key)).isDisjoint(with: skipping.steps.map(\.key)))
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
