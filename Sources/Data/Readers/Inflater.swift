import CZlib
import Engine

/// Decompression with zlib: of gzip data (RFC 1952), whose CRC and length it checks, and of raw deflate data (RFC 1951).
///
/// The only file that calls zlib.
struct Inflater: ~Copyable {
  // zlib keeps a pointer to its stream, so the stream must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private let output: UnsafeMutableBufferPointer<UInt8>

  private init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    output = .allocate(capacity: 1 << 18)
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }

  /// Decompresses `first` and all pieces that `next` returns; stops after more than `limit` bytes.
  ///
  /// Like gunzip, treats several consecutive gzip members as one.
  ///
  /// - Throws: `truncatedGzip`, `damagedGzip`, and what `next` throws.
  static func inflate(
    path: String, first: [UInt8], limit: Int, next: () throws(DataError) -> [UInt8]?
  ) throws(DataError) -> FileContents {
    let inflater = Inflater()
    // 15: the largest window; +16: a gzip header is expected.
    let status = inflateInit2_(inflater.stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw .unreadable(path: path, reason: inflater.reason(status)) }
    var bytes: [UInt8] = []
    var offset = 0
    var isAtEnd = false
    var chunk: [UInt8]? = first
    while let input = chunk {
      var position = 0
      // If output is pending, some input remains: at least the eight bytes that end a member.
      while position < input.count {
        if isAtEnd { inflateReset(inflater.stream) }
        let step = inflater.step(input, from: position, into: &bytes)
        position += step.consumed
        guard step.status == Z_OK || step.status == Z_STREAM_END else {
          throw .damagedGzip(path: path, offset: offset + position, reason: inflater.reason(step.status))
        }
        isAtEnd = step.status == Z_STREAM_END
        if bytes.count > limit {
          bytes.removeLast(bytes.count - limit)
          return FileContents(bytes: bytes, isWhole: false)
        }
      }
      offset += input.count
      chunk = try next()
    }
    guard isAtEnd else { throw .truncatedGzip(path: path, offset: offset) }
    return FileContents(bytes: bytes, isWhole: true)
  }

  /// Decompresses raw deflate data, as zip archives have them, to their end or until `piece` returns false.
  ///
  /// - Returns: What is wrong with the data, as far as they were read; nil for nothing, also where they end early.
  static func inflateRaw<Failure: Error>(
    next: () throws(Failure) -> [UInt8]?, piece: ([UInt8]) -> Bool
  ) throws(Failure) -> String? {
    let inflater = Inflater()
    // -15: the largest window, without header and checksum.
    let status = inflateInit2_(inflater.stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { return inflater.reason(status) }
    while let input = try next() {
      var position = 0
      var output: [UInt8] = []
      repeat {
        output.removeAll(keepingCapacity: true)
        let step = inflater.step(input, from: position, into: &output)
        position += step.consumed
        let isStuck = step.status == Z_BUF_ERROR && output.isEmpty
        guard step.status == Z_OK || step.status == Z_STREAM_END || isStuck else { return inflater.reason(step.status) }
        if !output.isEmpty, !piece(output) { return nil }
        if step.status == Z_STREAM_END { return nil }
        if isStuck { break }
      } while position < input.count || output.count == inflater.output.count
    }
    return nil
  }

  private func step(_ input: [UInt8], from position: Int, into bytes: inout [UInt8]) -> (consumed: Int, status: Int32) {
    input.withUnsafeBufferPointer { buffer in
      let rest = UnsafeMutablePointer(mutating: buffer.baseAddress)
      stream.pointee.next_in = rest.map { $0 + position }
      stream.pointee.avail_in = UInt32(input.count - position)
      stream.pointee.next_out = output.baseAddress
      stream.pointee.avail_out = UInt32(output.count)
      let status = CZlib.inflate(stream, Z_NO_FLUSH)
      AllocationFailure.append(output.prefix(output.count - Int(stream.pointee.avail_out)), to: &bytes)
      return (input.count - position - Int(stream.pointee.avail_in), status)
    }
  }

  private func reason(_ status: Int32) -> String {
    if status == Z_MEM_ERROR { return "out of memory" }
    return stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
  }
}

/// The CRC-32 of bytes, as zip archives have it.
struct Checksum {
  private(set) var value: UInt32 = 0

  mutating func update(_ bytes: [UInt8]) {
    value = UInt32(crc32(UInt(value), bytes, UInt32(bytes.count)))
  }
}
