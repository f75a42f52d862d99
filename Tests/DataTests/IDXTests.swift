import Data
import Foundation
import TestSupport
import Testing

/// Reading IDX files, valid and damaged.
struct IDXTests {
  let folder: TemporaryFolder
  let labels = [3, 0, 9, 5, 5, 1, 7]

  init() throws { folder = try TemporaryFolder() }

  @Test("plain and gzipped files give the same data, whatever their names")
  func readsBoth() throws {
    let file = idxImages(count: 7, rows: 4, columns: 3)
    for (name, bytes) in [("a", file), ("b.gz", gzip(file)), ("c.gz", file), ("d", gzip(file))] {
      let pixels = try IDX.images(folder.write(bytes, to: name), count: 7, rows: 4, columns: 3)
      #expect(pixels.count == 7 * 4 * 3)
      #expect(pixels == Array(file.dropFirst(16)))
    }
    let read = try IDX.labels(folder.write(gzip(idxLabels(labels)), to: "l"), count: 7, classCount: 10)
    #expect(read == labels)
  }

  @Test("a file of several gzip members, larger than all buffers")
  func readsLargeMembers() throws {
    let file = idxImages(count: 1000, rows: 40, columns: 50)
    let members = gzip(Array(file[..<1_200_000])) + gzip(Array(file[1_200_000...]))
    let pixels = try IDX.images(folder.write(members, to: "a"), count: 1000, rows: 40, columns: 50)
    #expect(pixels.count == 2_000_000)
    #expect(pixels == Array(file.dropFirst(16)))
  }

  @Test("data compressed by Python's gzip module, 600,000 zeros from 630 bytes")
  func readsCompressed() throws {
    // gzip.compress(struct.pack(">IIII", 2051, 1000, 20, 30) + bytes(600000), 9, mtime=0)
    let decoded = Foundation.Data(base64Encoded: compressedZeros, options: .ignoreUnknownCharacters)
    let bytes = [UInt8](try #require(decoded))
    #expect(bytes.count == 630)
    let pixels = try IDX.images(folder.write(bytes, to: "z.gz"), count: 1000, rows: 20, columns: 30)
    #expect(pixels.count == 600_000)
    #expect(pixels.allSatisfy { $0 == 0 })
  }

  @Test("every prefix of a gzipped file is an error that says where it ends")
  func truncatedGzip() throws {
    let whole = gzip(idxLabels(labels))
    #expect(throws: DataError.emptyFile(path: folder.url.appendingPathComponent("0").path)) {
      try IDX.labels(folder.write([], to: "0"), count: 7, classCount: 10)
    }
    for end in 2..<whole.count {
      let url = try folder.write(Array(whole[..<end]), to: "\(end)")
      #expect(throws: DataError.truncatedGzip(path: url.path, offset: end)) {
        try IDX.labels(url, count: 7, classCount: 10)
      }
    }
  }

  @Test("every prefix of a plain file is an error that says how much is missing")
  func truncatedPlain() throws {
    let whole = idxLabels(labels)
    for end in 1..<whole.count {
      let url = try folder.write(Array(whole[..<end]), to: "\(end)")
      #expect(throws: DataError.wrongSize(path: url.path, expected: 15, found: end)) {
        try IDX.labels(url, count: 7, classCount: 10)
      }
    }
  }

  @Test("every flipped bit of a gzipped file is found, or does not change the data")
  func flippedBits() throws {
    let whole = gzip(idxLabels(labels))
    var found = 0
    for bit in 0..<8 * whole.count {
      var bytes = whole
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let url = try folder.write(bytes, to: "flipped")
      do {
        let read = try IDX.labels(url, count: 7, classCount: 10)
        #expect(read == labels, "bit \(bit)")
        // The first ten bytes hold the time stamp, flags and the system; the next one has five bits of padding.
        #expect(bit / 8 <= 10, "bit \(bit) was not noticed")
      } catch {
        found += 1
      }
    }
    #expect(found >= 8 * (whole.count - 11))
  }

  @Test("a flipped data byte is an error of the checksum")
  func checksum() throws {
    var bytes = gzip(idxLabels(labels))
    bytes[bytes.count - 10] ^= 4
    let url = try folder.write(bytes, to: "crc")
    // The last eight bytes are checksum and length.
    #expect(
      throws: DataError.damagedGzip(path: url.path, offset: bytes.count - 4, reason: "incorrect data check")
    ) {
      try IDX.labels(url, count: 7, classCount: 10)
    }
  }

  @Test("trailing bytes after the gzip data are an error")
  func trailingRubbish() throws {
    let whole = gzip(idxLabels(labels))
    let url = try folder.write(whole + [1, 2, 3], to: "rubbish")
    #expect(
      throws: DataError.damagedGzip(path: url.path, offset: whole.count + 2, reason: "incorrect header check")
    ) {
      try IDX.labels(url, count: 7, classCount: 10)
    }
  }

  @Test("swapped files are recognized, compressed or not", arguments: [false, true])
  func swapped(isCompressed: Bool) throws {
    func file(_ bytes: [UInt8], _ name: String) throws -> URL {
      try folder.write(isCompressed ? gzip(bytes) : bytes, to: name)
    }
    let images = try file(idxImages(count: 7, rows: 4, columns: 3), "images")
    let labels = try file(idxLabels(labels), "labels")
    #expect(throws: DataError.wrongMagic(path: images.path, expected: .labels, found: 2051)) {
      try IDX.labels(images, count: 7, classCount: 10)
    }
    #expect(throws: DataError.wrongMagic(path: labels.path, expected: .images, found: 2049)) {
      try IDX.images(labels, count: 7, rows: 4, columns: 3)
    }
    let message = DataError.wrongMagic(path: "f", expected: .labels, found: 2051).description
    #expect(message.contains("this is a file of images; were two files swapped?"))
  }

  @Test(
    "each number of the header is checked", arguments: [(4, "number of images", 7), (8, "rows", 4), (12, "columns", 3)])
  func header(offset: Int, field: String, expected: Int) throws {
    var bytes = idxImages(count: 7, rows: 4, columns: 3)
    // A number that would take four gigabytes if it were trusted.
    bytes.replaceSubrange(offset..<offset + 4, with: [255, 255, 255, 254])
    let url = try folder.write(bytes, to: "h")
    #expect(
      throws: DataError.badHeader(
        path: url.path, offset: offset, field: field, expected: expected, found: 0xffff_fffe)
    ) {
      try IDX.images(url, count: 7, rows: 4, columns: 3)
    }
  }

  @Test("a file that is too long is an error and is not read to its end", arguments: [false, true])
  func tooLong(isCompressed: Bool) throws {
    let bytes = idxLabels(labels) + [0]
    let url = try folder.write(isCompressed ? gzip(bytes) : bytes, to: "long")
    #expect(throws: DataError.wrongSize(path: url.path, expected: 15, found: nil)) {
      try IDX.labels(url, count: 7, classCount: 10)
    }
  }

  @Test("one byte too many is found if it starts a new piece of a large file", arguments: [-1, 0, 1])
  func oneByteTooMany(more: Int) throws {
    let count = (1 << 20) - 8 + more
    let labels = [Int](repeating: 3, count: count)
    let whole = try folder.write(idxLabels(labels), to: "whole")
    #expect(try IDX.labels(whole, count: count, classCount: 10).count == count)
    let long = try folder.write(idxLabels(labels) + [3], to: "long")
    #expect(throws: DataError.wrongSize(path: long.path, expected: count + 8, found: nil)) {
      try IDX.labels(long, count: count, classCount: 10)
    }
  }

  @Test("a label that is not a class is an error with its position")
  func badLabel() throws {
    let url = try folder.write(gzip(idxLabels([3, 0, 10, 5, 11, 1, 7])), to: "bad")
    #expect(throws: DataError.badLabel(path: url.path, offset: 10, label: 10, classCount: 10)) {
      try IDX.labels(url, count: 7, classCount: 10)
    }
  }

  @Test("a directory and a missing file are errors")
  func noFile() throws {
    #expect(throws: DataError.notAFile(path: folder.url.path)) {
      try IDX.labels(folder.url, count: 7, classCount: 10)
    }
    let missing = folder.url.appendingPathComponent("missing")
    #expect {
      try IDX.labels(missing, count: 7, classCount: 10)
    } throws: { error in
      guard case .unreadable(missing.path, _)? = error as? DataError else { return false }
      return true
    }
  }
}

private let compressedZeros = """
  H4sIAAAAAAACA+3DMQ0AIADAsCU8CODGvzRkgAyONmnNUeNU690BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAPClC4KZTNzQJwkA
  """
