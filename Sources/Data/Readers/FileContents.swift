import Foundation

/// The bytes of a file, decompressed where they are a gzip file, whatever its name.
struct FileContents {
  /// At most the limit's number of bytes.
  var bytes: [UInt8]
  /// False when there was more than the limit.
  var isWhole: Bool

  /// Reads at most `limit` bytes (after decompression), so that no file, however long, fills the memory.
  static func read(_ url: URL, limit: Int, allowingEmpty: Bool = false) throws(DataError) -> FileContents {
    var reader = try ChunkReader(url)
    defer { reader.close() }
    guard let first = try reader.next() else {
      if allowingEmpty { return FileContents(bytes: [], isWhole: true) }
      throw .emptyFile(path: url.path)
    }
    if first.starts(with: [0x1f, 0x8b]) {
      return try Inflater.inflate(path: url.path, first: first, limit: limit) { () throws(DataError) in
        try reader.next()
      }
    }
    var bytes = first
    while bytes.count <= limit, let chunk = try reader.next() { bytes += chunk }
    let isWhole = bytes.count <= limit
    if !isWhole { bytes.removeLast(bytes.count - limit) }
    return FileContents(bytes: bytes, isWhole: isWhole)
  }
}

/// Reads a regular file piece by piece.
private struct ChunkReader {
  let url: URL
  private let handle: FileHandle

  init(_ url: URL) throws(DataError) {
    self.url = url
    do {
      // Opening a named pipe would wait for ever, so the kind of file comes first.
      let kind = try FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)[.type]
      guard kind as? FileAttributeType == .typeRegular else { throw DataError.notAFile(path: url.path) }
      handle = try FileHandle(forReadingFrom: url)
    } catch let error as DataError {
      throw error
    } catch {
      throw .unreadable(path: url.path, reason: error.systemReason)
    }
  }

  func close() {
    // Nothing was written, so there is nothing to lose when closing fails.
    try? handle.close()
  }

  /// The next piece, or nil at the end.
  mutating func next() throws(DataError) -> [UInt8]? {
    do {
      guard let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty else { return nil }
      return [UInt8](chunk)
    } catch {
      throw .unreadable(path: url.path, reason: error.systemReason)
    }
  }
}
