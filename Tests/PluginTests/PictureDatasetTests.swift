import CelebA
import Data
import Engine
import FairFace
import Foundation
import ImageFolder
import TestSupport
import Testing
import Unlearning
import Waterbirds

/// Data sets of pictures, read from small folders in the published layout.
@Suite struct PictureDatasetTests {
  private let root: URL
  private let picture: Foundation.Data

  init() throws {
    struct Golden: Decodable {
      struct Decoded: Decodable { var file: Foundation.Data }
      var decoded: [String: Decoded]
    }
    let golden = try GoldenFile.read(Golden.self, "pictures")
    picture = try #require(golden.decoded["jpeg"]).file
    root = FileManager.default.temporaryDirectory.appending(path: "lacuna-pictures-\(UUID().uuidString)")
  }

  private func write(_ path: String, _ content: Foundation.Data? = nil) throws {
    let url = root.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try (content ?? picture).write(to: url)
  }

  private func write(_ path: String, lines: [String]) throws {
    try write(path, Foundation.Data((lines.joined(separator: "\n") + "\n").utf8))
  }

  /// Runs `body`, then removes the folder.
  private func cleaning<Result>(_ body: () throws -> Result) rethrows -> Result {
    defer { try? FileManager.default.removeItem(at: root) }
    return try body()
  }

  private func problem(_ load: () throws -> DataSplits) -> String {
    let error = #expect(throws: DataError.self) { try load() }
    return error?.description ?? ""
  }

  /// The outline has the same rows, and no picture is decoded for it.
  ///
  /// Where loading fails, that is for others to say.
  private func expectOutline(of source: some DatasetSource) {
    let cache = root.appending(path: "cache")
    guard let outline = try? source.outline() else { return }
    #expect(!FileManager.default.fileExists(atPath: cache.path))
    guard let splits = try? source.load() else { return }
    #expect(FileManager.default.fileExists(atPath: cache.path))
    #expect(outline.train.groups == splits.train.groups && outline.test.groups == splits.test.groups)
    #expect(outline.train.indices == splits.train.indices && outline.test.indices == splits.test.indices)
    #expect(outline.validation?.indices == splits.validation?.indices)
    #expect(outline.train.imageShape == splits.train.imageShape)
  }

  // MARK: Waterbirds

  private static let birds = [
    "img_id,img_filename,y,split,place,place_filename", "1,001.Albatross/a.jpg,1,0,1,/o/ocean/1.jpg",
    "2,001.Albatross/b.jpg,1,0,0,/b/bamboo/2.jpg", "3,002.Wren/c.jpg,0,0,0,/b/bamboo/3.jpg",
    "4,002.Wren/d.jpg,0,1,1,/o/ocean/4.jpg", "5,002.Wren/e.jpg,0,2,0,/b/bamboo/5.jpg",
  ]

  private func waterbirds(_ lines: [String], without missing: String? = nil) throws -> DataSplits {
    try write("waterbird_complete95_forest2water2/metadata.csv", lines: lines)
    for line in Self.birds.dropFirst() {
      let path = line.split(separator: ",")[1]
      if path != missing ?? "" { try write("waterbird_complete95_forest2water2/\(path)") }
    }
    var parameters = WaterbirdsSource()
    parameters.root = root.path
    parameters.cache = root.appending(path: "cache").path
    parameters.size = 16
    let source = try WaterbirdsSource(parameters)
    expectOutline(of: source)
    #expect(source.imageShape == [16, 16, 3])
    return try source.load()
  }

  @Test func waterbirdsHavePlaces() throws {
    let splits = try cleaning { try waterbirds(Self.birds) }
    #expect(splits.train.labels == [1, 1, 0] && splits.train.sensitiveValues == [1, 0, 0])
    #expect(splits.train.groupSizes == [1, 0, 1, 1])
    #expect(splits.validation?.groups == [1] && splits.test.groups == [0])
    #expect(splits.train.groupName(2) == "waterbird/land")
    #expect(splits.train.images([0, 2]).shape == [2, 16, 16, 3])
  }

  @Test(arguments: [
    (0, "img_id,filename,y,split,place,place_filename", "metadata.csv:1: the header has no column 'img_filename'"),
    (3, "3,002.Wren/c.jpg,0,0", "metadata.csv:4: expected 6 values, found 4"),
    (3, "3,002.Wren/c.jpg,0,3,0,p", "metadata.csv:4: '3' is not one of '0', '1', '2'"),
    (5, "5,002.Wren/e.jpg,0,1,0,p", "there are no test pictures"),
  ])
  func waterbirdsNameWrongLines(line: Int, text: String, expected: String) {
    let lines = Self.birds.enumerated().map { $0 == line ? text : $1 }
    let found = cleaning { problem { try waterbirds(lines) } }
    #expect(found.contains(expected))
  }

  @Test func waterbirdsNameMissingPictures() {
    let found = cleaning { problem { try waterbirds(Self.birds, without: "002.Wren/d.jpg") } }
    let path = "\(root.path)/waterbird_complete95_forest2water2/002.Wren/d.jpg"
    #expect(found.contains("this file is missing:\n  \(path)\nofficial source: https://nlp.stanford.edu/"))
  }

  // MARK: CelebA

  private static let faces = [
    "000001.jpg  1 -1  1", "000002.jpg -1  1 -1", "000003.jpg  1  1  1", "000004.jpg -1 -1  1",
  ]
  private static let partition = ["000001.jpg 0", "000002.jpg 0", "000003.jpg 1", "000004.jpg 2"]

  private func celeba(
    header: [String] = ["4", "Blond_Hair Male Young "], _ faces: [String] = Self.faces,
    _ partition: [String] = Self.partition
  ) throws -> DataSplits {
    try write("celeba/list_attr_celeba.txt", lines: header + faces)
    try write("celeba/list_eval_partition.txt", lines: partition)
    for number in 1...4 { try write("celeba/img_align_celeba/00000\(number).jpg") }
    var parameters = CelebASource()
    parameters.root = root.path
    parameters.cache = root.appending(path: "cache").path
    parameters.size = 20
    let source = try CelebASource(parameters)
    expectOutline(of: source)
    return try source.load()
  }

  @Test func celebaTakesTwoAttributes() throws {
    let splits = try cleaning { try celeba() }
    #expect(splits.train.labels == [1, 0] && splits.train.sensitiveValues == [0, 1])
    #expect(splits.validation?.groups == [3] && splits.test.groups == [0])
    #expect(splits.train.groupName(3) == "Blond_Hair/Male")
    #expect(splits.train.imageShape == [20, 20, 3])
  }

  private struct BrokenList: Sendable, CustomTestStringConvertible {
    var header = ["4", "Blond_Hair Male Young"]
    var faces = PictureDatasetTests.faces
    var partition = PictureDatasetTests.partition
    var problem: String
    var testDescription: String { problem }
  }

  private static let brokenLists = [
    BrokenList(
      header: ["5", "Blond_Hair Male Young"],
      problem: "list_attr_celeba.txt:1: the first line says 5 pictures, the file has 4"),
    BrokenList(header: ["Blond_Hair Male"], problem: "list_attr_celeba.txt:1: expected the number of pictures"),
    BrokenList(
      header: ["4", "Blond_Hair Men Young"], problem: "list_attr_celeba.txt:2: the header has no attribute 'Male'"),
    BrokenList(
      faces: [faces[0], "000002.jpg -1 1"] + faces[2...],
      problem: "list_attr_celeba.txt:4: expected a name and 3 values, found 3"),
    BrokenList(
      faces: ["000001.jpg 1 0 1"] + faces[1...], problem: "list_attr_celeba.txt:3: a value is neither -1 nor 1"),
    BrokenList(
      partition: Array(partition.dropLast()),
      problem: "list_attr_celeba.txt:6: 000004.jpg is not in list_eval_partition.txt"),
    BrokenList(
      partition: [partition[0], "000002.jpg 3"] + partition[2...],
      problem: "list_eval_partition.txt:2: expected a file's name and 0, 1 or 2"),
    BrokenList(partition: partition + partition, problem: "list_eval_partition.txt:5: 000001.jpg is named twice"),
    BrokenList(partition: partition + ["000005.jpg 0"], problem: "list_eval_partition.txt:1: it has 5 pictures"),
  ]

  @Test(arguments: brokenLists) private func celebaNamesWhatIsWrong(list: BrokenList) {
    let found = cleaning { problem { try celeba(header: list.header, list.faces, list.partition) } }
    #expect(found.contains(list.problem))
  }

  @Test func celebaNeedsTwoDifferentAttributes() {
    var parameters = CelebASource()
    parameters.sensitive = "Blond_Hair"
    #expect(throws: ParameterError.self) { try CelebASource(parameters) }
  }

  // MARK: FairFace

  private func fairface(_ race: String = "Black") throws -> DataSplits {
    let header = "file,age,gender,race,service_test"
    let rows = (1...22).map { "train/\($0).jpg,20-29,Male,\(race),\($0 <= 20 ? "True" : "False")" }
    try write("fairface/fairface_label_train.csv", lines: [header] + rows)
    try write(
      "fairface/fairface_label_val.csv",
      lines: [header, "val/1.jpg,more than 70,Female,East Asian,False", "val/2.jpg,0-2,Male,Latino_Hispanic,True"])
    for number in 1...20 { try write("fairface/train/\(number).jpg") }
    for number in 1...2 { try write("fairface/val/\(number).jpg") }
    var parameters = FairFaceSource()
    parameters.root = root.path
    parameters.cache = root.appending(path: "cache").path
    parameters.size = 16
    let source = try FairFaceSource(parameters)
    expectOutline(of: source)
    return try source.load()
  }

  /// Pictures 21 and 22 are not used, so they need not be there.
  @Test func fairfaceHoldsOutATenth() throws {
    let splits = try cleaning { try fairface() }
    #expect(splits.train.count == 18 && splits.validation?.count == 2)
    #expect(Set(splits.train.indices + (splits.validation?.indices ?? [])) == Set(0..<20))
    #expect(splits.train.labels.allSatisfy { $0 == 3 } && splits.train.sensitiveValues?.allSatisfy { $0 == 0 } == true)
    #expect(splits.test.labels == [8, 0] && splits.test.sensitiveValues == [6, 4])
  }

  @Test func fairfaceNamesUnknownValues() throws {
    let found = cleaning { problem { try fairface("Martian") } }
    #expect(found.contains("fairface_label_train.csv:"))
    #expect(found.contains("'Martian' is not one of 'Black'"))
  }

  // MARK: A folder of one's own

  private func folder(_ change: (inout ImageFolderSource) -> Void = { _ in }) throws -> ImageFolderSource {
    var parameters = ImageFolderSource()
    parameters.folder = "mine"
    parameters.root = root.path
    parameters.cache = root.appending(path: "cache").path
    parameters.size = 12
    change(&parameters)
    return try ImageFolderSource(parameters)
  }

  private func writeFolder() throws {
    for path in ["train/dog/1.jpg", "train/cat/b.JPG", "train/cat/a.jpeg", "test/dog/2.jpg", "test/cat/3.jpg"] {
      try write("mine/\(path)")
    }
    try write("mine/train/cat/notes.txt", lines: ["no picture"])
  }

  @Test func foldersNameClasses() throws {
    try cleaning {
      try writeFolder()
      let source = try folder()
      #expect(source.classNames == ["cat", "dog"] && source.attribute == nil)
      let splits = try source.load()
      #expect(splits.train.labels == [0, 0, 1] && splits.test.labels == [0, 1] && splits.validation == nil)
      #expect(
        try source.layout() == [
          "train/cat/a.jpeg", "train/cat/b.JPG", "train/dog/1.jpg", "test/cat/3.jpg", "test/dog/2.jpg",
        ])
      #expect(try source.localFiles().count == 5)
      try write("mine/validation/dog/5.jpg")
      #expect(try folder().load().validation?.labels == [1])
    }
  }

  @Test func aListGivesGroups() throws {
    try cleaning {
      try writeFolder()
      let rows = ["train/cat/a.jpeg,day", "train/cat/b.JPG,night", "train/dog/1.jpg,day", "test/cat/3.jpg,day"]
      try write("mine/light.csv", lines: ["file,light"] + rows + ["test/dog/2.jpg,night"])
      let source = try folder {
        $0.attributes = "light.csv"
        $0.sensitive = "light"
      }
      #expect(source.attribute == SensitiveAttribute(name: "light", valueNames: ["day", "night"]))
      #expect(try source.load().train.groups == [0, 1, 2] && source.load().test.groups == [0, 3])
      #expect(throws: ParameterError.self) { try folder { $0.attributes = "light.csv" } }
    }
  }

  @Test func foldersThatLackSomethingAreRefused() throws {
    try cleaning {
      func reason() -> String { "\(#expect(throws: ParameterError.self) { try folder() }.map { "\($0)" } ?? "")" }
      #expect(reason().contains("mine/train is not there"))
      try write("mine/train/dog/1.jpg")
      #expect(reason().contains("at least two classes"))
      try write("mine/train/cat/1.jpg")
      #expect(reason().contains("mine/test is not there"))
      try write("mine/test/bird/1.jpg")
      #expect(reason().contains("mine/test/bird is no class"))
      try FileManager.default.removeItem(at: root.appending(path: "mine/test/bird"))
      try FileManager.default.createDirectory(
        at: root.appending(path: "mine/test/cat"), withIntermediateDirectories: true)
      #expect(reason().contains("mine/test has no .jpg, .jpeg or .png files"))
      try writeFolder()
      #expect(try folder().classNames == ["cat", "dog"])
      let unnamed = try folder { $0.folder = "" }
      #expect(unnamed.classNames.isEmpty)
      #expect(problem { try unnamed.load() }.contains("name it with `folder:`"))
    }
  }
}
