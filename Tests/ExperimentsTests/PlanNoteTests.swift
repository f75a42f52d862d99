import BuiltIns
import ConfigYAML
import Experiments
import Foundation
import TestSupport
import Testing

/// Class names that are numbers, and notes on data and weights.
@Suite("Notes of plans") struct PlanNoteTests {
  private let folder: StoreFolder
  init() throws { folder = try StoreFolder() }

  /// Folders 1 to 12, of which each has a picture, by its first bytes.
  private func numbered(_ forget: String..., options: String = "") throws -> Plan {
    for part in ["train", "test"] {
      for label in 1...12 {
        let url = folder.url.appending(path: "pictures/\(part)/\(label)/0.png")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data([0x89, 0x50, 0x4E, 0x47]).write(to: url)
      }
    }
    try Data([1]).write(to: folder.url.appending(path: "pictures/train/3/0.gif"))
    return try SmallExperiment.tiny {
      $0.data = ["image-folder: {root: '\(folder.url.path)', folder: pictures, size: 8, framing: stretch\(options)}"]
      $0.forget = forget
    }.plan()
  }

  @Test("where a class name is a number, numbers are read as names")
  func numbersAreNames() throws {
    let error = #expect(throws: DiagnosticList.self) { try numbered("class: 0") }
    #expect(error?.diagnostics.contains { $0.message.contains("'0'") } == true, "\(String(describing: error))")
    let plan = try numbered("class: 2", "class: 12")
    #expect(plan.steps.contains { $0.label.contains("seed") })
    // Where no name is a number, a number is a place.
    _ = try SmallExperiment { $0.forget = ["class: 0"] }.plan()
  }

  @Test("files of a folder that are not used are named")
  func unusedFiles() throws {
    #expect(
      try numbered("class: 2").notes == [
        "image-folder: not used, since only .jpg, .jpeg and .png are read: 1 files (1 .gif; by folder 1 train/3)"
      ])
    #expect(try SmallExperiment().plan().notes.isEmpty)
    let notes = try numbered("class: 2", options: ", on_bad_picture: skip").notes
    #expect(
      notes.count == 2 && notes[1].hasPrefix("image-folder: pictures that cannot be decoded are left out; counts"))
  }

  @Test("weights of another architecture are detected by the plan", arguments: [2, 4, 8192])
  func otherWeights(width: Int) throws {
    let path = GoldenFile.url("weights", "weights.safetensors").path
    let experiment = SmallExperiment { $0.architectures = ["resnet18: {width: \(width), weights: '\(path)'}"] }
    let error = #expect(throws: DiagnosticList.self) { try experiment.plan() }
    let message = try #require(error?.diagnostics.first)
    #expect(message.mark != nil && error?.diagnostics.count == 1)
    #expect(message.message.hasPrefix("resnet18: weights of '\(path)': "), "\(message.message)")
    let reason = width == 2 ? "\"conv1.weight\" has shape" : "too few for the"
    #expect(message.message.contains(reason), "\(message.message)")
  }

  @Test("step labels have class names as in tables, not class numbers") func labels() throws {
    let labels = try numbered("class: 2").steps.map(\.label)
    #expect(labels.contains { $0.contains(" / class 2 / ") } && !labels.contains { $0.contains(" / class 4 / ") })
    #expect(try SmallExperiment().plan().steps.contains { $0.label.contains(" / class circle / ") })
  }

  @Test("a note says that weights initialize retraining, and how their head is used", arguments: ["", ", head: keep"])
  func weights(head: String) throws {
    let path = GoldenFile.url("weights", "weights.safetensors").path
    let experiment = SmallExperiment {
      $0.architectures = ["resnet18: {width: 2, stem: large, weights: '\(path)'\(head)}"]
    }
    guard head.isEmpty else {
      // The file's head has 7 classes, and the data have 10.
      let error = #expect(throws: DiagnosticList.self) { try experiment.plan() }
      #expect(error?.diagnostics.first?.message.contains("has shape [7, 16], expected [10, 16]") == true)
      return
    }
    let notes = try experiment.plan().notes
    try #require(notes.count == 2)
    #expect(notes[0].contains("its head is left out and a new one is trained"))
    #expect(notes[1].contains("retrained models begin with the same weights, too"))
  }
}
