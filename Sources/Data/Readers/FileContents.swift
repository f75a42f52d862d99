import Digests
import Engine
public import Foundation

/// The bytes of a file; gzip files, recognized by content, are decompressed.
struct FileContents {
  /// At most as many bytes as the limit.
  var bytes: [UInt8]
  /// False if the file has more bytes than the limit.
  var isWhole: Bool
  /// The SHA-256 of the file on disk; nil if it was not read to its end.
  var digest: String?

  /// Reads at most `limit` bytes (after decompression), so that an oversized file cannot fill the memory.
  ///
  /// - Throws: `changed` if the file belongs to a plan (`PlannedFiles`) and its bytes differ, before any other error;
  ///   `notAFile`, `unreadable`, `emptyFile`, `truncatedGzip`, `damagedGzip`.
  static func read(_ url: URL, limit: Int, allowingEmpty: Bool = false) throws(DataError) -> FileContents {
    var reader = try HashingReader(url)
    defer { reader.close() }
    let contents: Result<FileContents, DataError> = Result { () throws(DataError) in
      try read(&reader, limit: limit, allowingEmpty: allowingEmpty)
    }
    let digest = try reader.digest()
    var result = try contents.get()
    result.digest = digest
    return result
  }

  private static func read(
    _ reader: inout HashingReader, limit: Int, allowingEmpty: Bool
  ) throws(DataError) -> FileContents {
    guard let first = try reader.next() else {
      if allowingEmpty { return FileContents(bytes: [], isWhole: true) }
      throw .emptyFile(path: reader.url.path)
    }
    if first.starts(with: [0x1f, 0x8b]) {
      return try Inflater.inflate(path: reader.url.path, first: first, limit: limit) { () throws(DataError) in
        try reader.next()
      }
    }
    var bytes = first
    while bytes.count <= limit, let chunk = try reader.next() { AllocationFailure.append(chunk, to: &bytes) }
    let isWhole = bytes.count <= limit
    if !isWhole { bytes.removeLast(bytes.count - limit) }
    return FileContents(bytes: bytes, isWhole: isWhole)
  }
}

/// Reads whole files without decompression.
public enum FileBytes {
  /// All bytes of the regular file at `url`.
  ///
  /// - Throws: `notAFile`, without waiting for pipes; `unreadable`; `changed` if the file belongs to a plan
  ///   (`PlannedFiles`) and its bytes differ.
  public static func read(_ url: URL) throws(DataError) -> [UInt8] {
    var reader = try HashingReader(url)
    defer { reader.close() }
    var bytes: [UInt8] = []
    while let chunk = try reader.next() { AllocationFailure.append(chunk, to: &bytes) }
    _ = try reader.digest()
    return bytes
  }
}

/// Reads a regular file in pieces and computes its digest at the same time.
private struct HashingReader {
  let url: URL
  private let handle: FileHandle
  private var hash = SHA256()
  private var isAtEnd = false

  init(_ url: URL) throws(DataError) {
    self.url = url
    handle = try RegularFile.open(url)
  }

  func close() {
    // The file is open for reading only, so an error while closing is harmless.
    try? handle.close()
  }

  /// The next piece, or nil at the end.
  mutating func next() throws(DataError) -> [UInt8]? {
    guard let chunk = try RegularFile.next(handle, url) else {
      isAtEnd = true
      return nil
    }
    hash.update(chunk)
    return chunk
  }

  /// The digest, compared with the plan; nil if the end was not reached and nothing is planned.
  mutating func digest() throws(DataError) -> String? {
    let planned = PlannedFiles.current.flatMap { $0.includes(url) ? $0 : nil }
    if planned != nil { while try next() != nil {} }
    guard isAtEnd else { return nil }
    let digest = hash.finalize().hexadecimal
    try planned?.require(digest, of: url)
    return digest
  }
}
