import Engine
import Foundation
import TestSupport
import Testing

@testable import Data

/// Files that are read must match the plan, and must be regular files.
@Suite struct PlannedFilesTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// A way to read a file, with the bytes of a valid file and of another valid one.
  struct Reader: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var others: [UInt8]
    var read: @Sendable (URL) throws -> Void
  }

  private static let readers = [
    Reader(
      testDescription: "IDX", bytes: idxLabels([0, 1, 0]), others: idxLabels([1, 1, 0]),
      read: { _ = try IDX.labels($0, count: 3, classCount: 2) }),
    Reader(
      testDescription: "IDX, gzipped", bytes: gzip(idxLabels([0, 1, 0])), others: gzip(idxLabels([1, 1, 0])),
      read: { _ = try IDX.labels($0, count: 3, classCount: 2) }),
    Reader(
      testDescription: "IDX, gzipped and cut off", bytes: gzip(idxLabels([0, 1, 0])),
      others: Array(gzip(idxLabels([0, 1, 0])).dropLast(4)),
      read: { _ = try IDX.labels($0, count: 3, classCount: 2) }),
    Reader(
      testDescription: "CIFAR", bytes: [1] + randomBytes(3072), others: [2] + randomBytes(3072),
      read: { url in
        var records = CIFARRecords(classCounts: [10], capacity: 1)
        try records.append(url, count: 1)
      }),
    Reader(
      testDescription: "table", bytes: Array("a,b\n1,2\n".utf8), others: Array("a,b\n1,3\n".utf8),
      read: { _ = try CommaSeparatedTable($0, columns: ["b"]) }),
    Reader(
      testDescription: "lines", bytes: Array("one\n".utf8), others: Array("two\n".utf8),
      read: { _ = try TextLines.read($0, limit: 9) }),
    Reader(
      testDescription: "longer than the limit", bytes: Array("one".utf8), others: Array("much too long".utf8),
      read: { _ = try TextLines.read($0, limit: 3) }),
    Reader(
      testDescription: "indices", bytes: Array("1\n2\n".utf8), others: Array("1\n3\n".utf8),
      read: { _ = try IndexFile.read($0) }),
    Reader(
      testDescription: "weights", bytes: [1, 2], others: [1, 3], read: { _ = try FileBytes.read($0) }),
  ]

  @Test(arguments: readers) func readersCompareWithThePlan(reader: Reader) throws {
    let url = try folder.write(reader.bytes, to: "file")
    let digest = try FileDigest.sha256(of: [url])[0]
    var planned = PlannedFiles()
    planned.add(url, digest: digest)
    try planned.checking { try reader.read(url) }
    try folder.write(reader.others, to: "file")
    #expect(throws: DataError.changed(path: url.path, planned: digest)) {
      try planned.checking { try reader.read(url) }
    }
    #expect(throws: DataError.changed(path: url.path, planned: digest)) { try planned.verify([url]) }
    // Without a digest, files that are not part of the plan are read as they are.
    _ = try? reader.read(url)
    let other = try folder.write(reader.bytes, to: "other")
    try planned.checking { try reader.read(other) }
  }

  @Test func picturesCompareWithThePlan() throws {
    let golden = try PictureGolden.load()
    let files = try ["jpeg", "png", "gray png"].map { name in
      try folder.write(Array(try #require(golden.decoded[name]).file), to: name)
    }
    var collection = PictureCollection(name: "pictures", classNames: ["a"])
    for file in files { collection.add(file, label: 0, to: file.lastPathComponent == "png" ? .test : .train) }
    func load(_ planned: PlannedFiles) throws -> DataSplits {
      try planned.checking {
        try collection.load(
          size: 8, framing: .center, cache: folder.url.appending(path: "cache").path, subset: Subset())
      }
    }
    let digests = try FileDigest.sha256(of: files)
    var planned = PlannedFiles()
    for (file, digest) in zip(files, digests).dropLast() { planned.add(file, digest: digest) }
    #expect(throws: DataError.changed(path: files[2].path, planned: nil)) { try load(planned) }
    planned.add(files[2], digest: digests[2])
    try folder.write(Array(try #require(golden.decoded["jpeg"]).file), to: "gray png")
    #expect(throws: DataError.changed(path: files[2].path, planned: digests[2])) { try load(planned) }
    try folder.write(Array(try #require(golden.decoded["gray png"]).file), to: "gray png")
    let expected = try load(planned).train.bytes(1)
    #expect(try load(planned).train.bytes(1) == expected)
    // The planned pixels are cached, but the file has changed.
    try folder.write([1], to: "gray png")
    #expect(throws: DataError.changed(path: files[2].path, planned: digests[2])) { try load(planned) }
    try FileManager.default.removeItem(at: files[2])
    #expect(throws: DataError.unreadable(path: files[2].path, reason: "No such file or directory")) {
      try load(planned)
    }
  }

  /// Opening a pipe without a writer would block for ever.
  @Test(.timeLimit(.minutes(10)), arguments: readers) func pipesAreRefusedAtOnce(reader: Reader) throws {
    let pipe = folder.url.appending(path: "pipe")
    try #require(mkfifo(pipe.path, 0o600) == 0)
    #expect(throws: DataError.notAFile(path: pipe.path)) { try reader.read(pipe) }
    #expect(throws: DataError.notAFile(path: pipe.path)) { try FileDigest.sha256(of: [pipe]) }
    #expect(throws: DataError.notAFile(path: folder.url.path)) { try reader.read(folder.url) }
    let device = URL(filePath: "/dev/zero")
    #expect(throws: DataError.notAFile(path: device.path)) { try reader.read(device) }
    let link = folder.url.appending(path: "link")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: pipe)
    #expect(throws: DataError.notAFile(path: link.path)) { try reader.read(link) }
    let file = try folder.write(reader.bytes, to: "file")
    try FileManager.default.removeItem(at: link)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
    try reader.read(link)
  }

  @Test(.timeLimit(.minutes(10))) func aPipeAmongPicturesIsRefusedAtOnce() throws {
    let pipe = folder.url.appending(path: "pipe.png")
    try #require(mkfifo(pipe.path, 0o600) == 0)
    var collection = PictureCollection(name: "pictures", classNames: ["a"])
    for part in [PictureCollection.Part.train, .test] { collection.add(pipe, label: 0, to: part) }
    let problem = PictureProblem(path: pipe.path, reason: "this is no file, but a directory or special file")
    #expect(throws: DataError.badPictures([problem, problem])) {
      try collection.load(
        size: 8, framing: .center, cache: folder.url.appending(path: "cache").path, subset: Subset(),
        onBadPicture: .skip)
    }
  }
}
