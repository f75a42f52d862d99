import Data
import Foundation
import TestSupport
import Testing

/// Reading CIFAR's binary files, valid and damaged.
struct CIFARTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// `count` records; byte k of the planes of record r is a known function of k and r.
  private func records(_ labels: [[Int]]) -> [UInt8] {
    labels.enumerated().flatMap { number, labels in
      labels.map { UInt8($0) } + randomBytes(3072, seed: UInt64(number))
    }
  }

  @Test("planes become pixels of three channels, labels stay in order")
  func reads() throws {
    var set = CIFARRecords(classCounts: [10], capacity: 3)
    let first = records([[7], [0]])
    let second = records([[9]])
    try set.append(folder.write(first, to: "1"), count: 2)
    try set.append(folder.write(second, to: "2"), count: 1)
    #expect(set.labels == [[7, 0, 9]])
    #expect(set.pixels.count == 3 * 3072)
    let files = Array(first) + second
    for record in 0..<3 {
      for pixel in 0..<1024 {
        for channel in 0..<3 {
          let expected = files[record * 3073 + 1 + channel * 1024 + pixel]
          guard set.pixels[record * 3072 + pixel * 3 + channel] == expected else {
            Issue.record("record \(record), pixel \(pixel), channel \(channel)")
            return
          }
        }
      }
    }
  }

  @Test("CIFAR-100 has two labels per record")
  func readsTwoLabels() throws {
    var set = CIFARRecords(classCounts: [20, 100], capacity: 2)
    let file = records([[19, 99], [0, 4]])
    try set.append(folder.write(file, to: "train.bin"), count: 2)
    #expect(set.labels == [[19, 0], [99, 4]])
    #expect(set.pixels.count == 2 * 3072)
    #expect(set.pixels[0] == file[2])
    #expect(set.pixels[3072 + 1] == file[3074 + 2 + 1024])
  }

  @Test("any other size than the exact one is an error and appends nothing")
  func sizes() throws {
    let file = records([[7], [0]])
    for size in [1, 3072, 3073, 3074, 6145] {
      var set = CIFARRecords(classCounts: [10], capacity: 2)
      let url = try folder.write(Array(file[..<size]), to: "\(size)")
      #expect(throws: DataError.wrongSize(path: url.path, expected: 6146, found: size)) {
        try set.append(url, count: 2)
      }
      #expect(set.pixels.isEmpty && set.labels == [[]])
    }
    var set = CIFARRecords(classCounts: [10], capacity: 2)
    let long = try folder.write(file + [0], to: "long")
    #expect(throws: DataError.wrongSize(path: long.path, expected: 6146, found: nil)) { try set.append(long, count: 2) }
    let empty = try folder.write([], to: "empty")
    #expect(throws: DataError.emptyFile(path: empty.path)) { try set.append(empty, count: 2) }
    #expect(throws: DataError.notAFile(path: folder.url.path)) { try set.append(folder.url, count: 2) }
  }

  @Test("a label that is not a class is an error with its byte offset")
  func labels() throws {
    var ten = CIFARRecords(classCounts: [10], capacity: 2)
    let url = try folder.write(records([[7], [10]]), to: "10")
    #expect(throws: DataError.badLabel(path: url.path, offset: 3073, label: 10, classCount: 10)) {
      try ten.append(url, count: 2)
    }
    #expect(ten.pixels.isEmpty && ten.labels == [[]])
    var hundred = CIFARRecords(classCounts: [20, 100], capacity: 2)
    let fine = try folder.write(records([[3, 4], [5, 100]]), to: "fine")
    #expect(throws: DataError.badLabel(path: fine.path, offset: 3075, label: 100, classCount: 100)) {
      try hundred.append(fine, count: 2)
    }
    let coarse = try folder.write(records([[20, 4], [5, 99]]), to: "coarse")
    #expect(throws: DataError.badLabel(path: coarse.path, offset: 0, label: 20, classCount: 20)) {
      try hundred.append(coarse, count: 2)
    }
  }

  @Test("a set reads its train files in order and the selected label")
  func wholeSet() throws {
    try folder.write(records([[1, 4], [0, 2]]), to: "tiny/a.bin")
    try folder.write(records([[1, 3], [1, 0]]), to: "tiny/b.bin")
    try folder.write(records([[0, 1]]), to: "tiny/test.bin")
    func load(_ label: Int, _ classCount: Int) throws -> DataSplits {
      try CIFARSet(
        files: FileSet(
          dataset: "tiny", folder: "tiny", names: ["a.bin", "b.bin", "test.bin"], allowsGzip: false, source: "here"),
        classCounts: [2, 5], label: label, classNames: (0..<classCount).map { "\($0)" },
        normalization: Normalization(mean: [0, 0, 0], deviation: [1, 1, 1]), recordsPerTrainFile: 2, testCount: 1
      ).load(root: folder.url.path)
    }
    let fine = try load(1, 5)
    #expect(fine.train.labels == [4, 2, 3, 0])
    #expect(fine.test.labels == [1])
    #expect(fine.train.imageShape == [32, 32, 3])
    #expect(try load(0, 2).train.labels == [1, 0, 1, 1])
  }
}
