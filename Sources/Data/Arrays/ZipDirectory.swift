import Foundation

/// The entries of a zip archive, such as an npz file, by its central directory.
///
/// - Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3 (zip64).
struct ZipDirectory {
  struct Entry {
    /// The name of the array, without ".npy".
    var name: String
    var checksum: UInt32
    var source: ByteSource
  }
  private(set) var entries: [Entry] = []

  static let magic: [UInt8] = Array("PK".utf8) + [3, 4]
  private static let mostEntries = 10_000
  private static let endLength = 22

  /// The entries of `file`, in the order of the directory.
  init(_ file: ByteSource) throws(ArrayFileError) {
    let directory = try Self.directory(of: file)
    let bytes = try file.bytes(directory.range)
    var position = 0
    for _ in 0..<directory.count {
      position = try read(bytes, at: position, directory.range.lowerBound, file)
    }
    if entries.contains(where: { $0.name.hasSuffix("/data.pkl") }) {
      throw .unsupported(
        place: file.place,
        problem:
          "a file of torch.save holds pickled Python objects, which are never loaded; save arrays by numpy.savez "
          + "or safetensors")
    }
    var known: Set<String> = []
    for entry in entries where !known.insert(entry.name).inserted {
      throw .nameTwice(path: file.url.path, name: entry.name)
    }
  }

  private static func damaged(_ file: ByteSource, _ offset: Int, _ problem: String) -> ArrayFileError {
    .damaged(place: file.place, offset: offset, problem: problem)
  }

  /// Where the directory is, and its number of entries.
  private static func directory(of file: ByteSource) throws(ArrayFileError) -> (range: Range<Int>, count: Int) {
    // The archive ends in a record of 22 bytes and a comment of at most 65535.
    let tailStart = max(0, file.count - endLength - 0xffff)
    let tail = try file.bytes(tailStart..<file.count)
    guard tail.count >= endLength,
      let place = (0...tail.count - endLength).last(where: { tail[$0..<$0 + 4].elementsEqual([0x50, 0x4b, 5, 6]) })
    else { throw damaged(file, file.count, "the archive has no end record; it is truncated") }
    var (count, size, start) = (
      tail.littleEndian(place + 10, 2), tail.littleEndian(place + 12, 4), tail.littleEndian(place + 16, 4)
    )
    if count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff {
      guard place >= 20, tail[place - 20..<place - 16].elementsEqual([0x50, 0x4b, 6, 7]) else {
        throw damaged(file, tailStart + place, "the archive has no zip64 locator")
      }
      let recordStart = tail.littleEndian(place - 12, 8)
      guard recordStart <= UInt64(file.count - 56) else {
        throw damaged(file, tailStart + place - 20, "the zip64 record is beyond the end of the file")
      }
      let record = try file.bytes(Int(recordStart)..<Int(recordStart) + 56)
      guard record.starts(with: [0x50, 0x4b, 6, 6]) else { throw damaged(file, Int(recordStart), "no zip64 record") }
      (count, size, start) = (record.littleEndian(32, 8), record.littleEndian(40, 8), record.littleEndian(48, 8))
    }
    guard count <= UInt64(mostEntries) else {
      throw .unsupported(place: file.place, problem: "\(count) arrays; at most \(mostEntries) are read")
    }
    guard start <= UInt64(file.count), size <= UInt64(file.count) - start else {
      throw damaged(file, tailStart + place, "the directory is beyond the end of the file; it is truncated")
    }
    return (Int(start)..<Int(start + size), Int(count))
  }

  /// Reads the entry at `position` of the directory, which begins at `start` of the file; returns where the next one is.
  private mutating func read(
    _ bytes: [UInt8], at position: Int, _ start: Int, _ file: ByteSource
  ) throws(ArrayFileError) -> Int {
    guard position + 46 <= bytes.count, bytes[position..<position + 4].elementsEqual([0x50, 0x4b, 1, 2]) else {
      throw Self.damaged(file, start + position, "expected an entry of the archive's directory")
    }
    func number(_ place: Int, _ width: Int) -> UInt64 { bytes.littleEndian(position + place, width) }
    let (nameLength, extraLength) = (Int(number(28, 2)), Int(number(30, 2)))
    let end = position + 46 + nameLength + extraLength + Int(number(32, 2))
    guard end <= bytes.count else {
      throw Self.damaged(file, start + position, "an entry of the directory is longer than the directory")
    }
    let fileName = String(decoding: bytes[position + 46..<position + 46 + nameLength], as: UTF8.self)
    let name = fileName.hasSuffix(".npy") ? String(fileName.dropLast(4)) : fileName
    var (stored, count, local) = (number(20, 4), number(24, 4), number(42, 4))
    // The zip64 field has, in this order, those of the three numbers that do not fit.
    var extra = position + 46 + nameLength
    while extra + 4 <= position + 46 + nameLength + extraLength {
      let (kind, length) = (bytes.littleEndian(extra, 2), Int(bytes.littleEndian(extra + 2, 2)))
      if kind == 1 {
        var field = extra + 4
        func next() -> UInt64? {
          guard field + 8 <= min(extra + 4 + length, bytes.count) else { return nil }
          defer { field += 8 }
          return bytes.littleEndian(field, 8)
        }
        if count == 0xffff_ffff { count = next() ?? count }
        if stored == 0xffff_ffff { stored = next() ?? stored }
        if local == 0xffff_ffff { local = next() ?? local }
      }
      extra += 4 + length
    }
    guard number(8, 2) & 1 == 0 else { throw .unsupported(place: "\(file.place): \(name)", problem: "it is encrypted") }
    let method = number(10, 2)
    guard method == 0 || method == 8 else {
      throw .unsupported(
        place: "\(file.place): \(name)", problem: "compression method \(method); use savez or savez_compressed")
    }
    // A header of the entry itself precedes its data.
    guard file.count >= 30, local <= UInt64(file.count - 30) else {
      throw Self.damaged(file, start + position, "'\(name)' is beyond the end of the file; it is truncated")
    }
    let header = try file.bytes(Int(local)..<Int(local) + 30)
    guard header.starts(with: Self.magic) else {
      throw Self.damaged(file, Int(local), "expected the entry '\(name)' of the archive")
    }
    let dataStart = Int(local) + 30 + Int(header.littleEndian(26, 2)) + Int(header.littleEndian(28, 2))
    guard dataStart <= file.count, stored <= UInt64(file.count - dataStart), count <= UInt64(FileArray.mostBytes),
      method == 8 || count == stored
    else { throw Self.damaged(file, start + position, "'\(name)' has the impossible size \(stored) or \(count)") }
    var source = file
    (source.start, source.storedCount, source.count) = (dataStart, Int(stored), Int(count))
    source.isDeflated = method == 8
    source.place = "\(file.place): \(name)"
    entries.append(Entry(name: name, checksum: UInt32(number(16, 4)), source: source))
    return end
  }
}
