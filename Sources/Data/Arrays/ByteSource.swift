import Foundation

/// Bytes of a file, stored as they are or deflated, of which parts are read when they are needed.
struct ByteSource: Sendable {
  let url: URL
  /// The first byte in the file.
  var start: Int
  /// The number of bytes in the file.
  var storedCount: Int
  /// The number of bytes once decompressed.
  var count: Int
  var isDeflated = false
  /// What errors call it.
  var place: String

  /// All bytes of the file at `url`.
  init(_ url: URL) throws(ArrayFileError) {
    self.url = url
    place = url.path
    start = 0
    do throws(DataError) {
      storedCount = try RegularFile.stamp(url).size
    } catch { throw .file(error) }
    count = storedCount
  }

  private static let pieceSize = 1 << 20

  /// Hands the bytes at `range` to `take`, piece by piece.
  ///
  /// - Throws: `damaged` where the compressed data are damaged or end early, `file`.
  func read(_ range: Range<Int>, _ take: ([UInt8]) -> Void) throws(ArrayFileError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes \(range) of \(count)")
    guard !range.isEmpty else { return }
    guard isDeflated else { return try readStored(start + range.lowerBound..<start + range.upperBound, take) }
    var position = 0
    var compressed = start
    let problem = try Inflater.inflateRaw { () throws(ArrayFileError) in
      let end = min(compressed + Self.pieceSize, start + storedCount)
      guard compressed < end else { return nil }
      defer { compressed = end }
      return try bytes(ofFile: compressed..<end)
    } piece: { piece in
      let wanted =
        max(range.lowerBound, position)..<max(range.lowerBound, min(range.upperBound, position + piece.count))
      if !wanted.isEmpty { take(Array(piece[wanted.lowerBound - position..<wanted.upperBound - position])) }
      position += piece.count
      return position < range.upperBound
    }
    if let problem { throw .damaged(place: place, offset: compressed, problem: "compressed data: \(problem)") }
    guard position >= range.upperBound else {
      throw .damaged(
        place: place, offset: start + storedCount,
        problem: "the compressed data end after \(position) bytes; expected \(count)")
    }
  }

  /// The bytes at `range`.
  func bytes(_ range: Range<Int>) throws(ArrayFileError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    try read(range) { bytes += $0 }
    return bytes
  }

  private func readStored(_ range: Range<Int>, _ take: ([UInt8]) -> Void) throws(ArrayFileError) {
    var position = range.lowerBound
    while position < range.upperBound {
      let end = min(position + Self.pieceSize, range.upperBound)
      take(try bytes(ofFile: position..<end))
      position = end
    }
  }

  /// Bytes as the file has them.
  private func bytes(ofFile range: Range<Int>) throws(ArrayFileError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(DataError) {
      let handle = try RegularFile.open(url)
      defer { try? handle.close() }
      bytes = try RegularFile.bytes(handle, url, range)
    } catch { throw .file(error) }
    guard bytes.count == range.count else {
      throw .damaged(
        place: place, offset: range.lowerBound + bytes.count, problem: "the file was cut while it was read")
    }
    return bytes
  }
}

extension [UInt8] {
  /// The little-endian number in the `width` bytes from `place` on.
  func littleEndian(_ place: Int, _ width: Int) -> UInt64 {
    self[place..<place + width].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
