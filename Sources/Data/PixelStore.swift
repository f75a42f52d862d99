public import Foundation

/// The bytes of all images of a data set: in memory, or in a memory-mapped file that is read on demand.
public enum PixelStore: Sendable {
  /// Bytes in memory.
  case memory([UInt8])
  /// The content of a file.
  case file(Foundation.Data)
  /// Only the number of bytes, for a data set whose images are never read.
  case absent(count: Int)

  /// The number of bytes.
  var count: Int {
    switch self {
    case .memory(let bytes): bytes.count
    case .file(let bytes): bytes.count
    case .absent(let count): count
    }
  }

  /// A copy of a range of the bytes; no copy if it is all of the bytes and they are in memory.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    switch self {
    case .memory(let bytes): range == bytes.indices ? bytes : Array(bytes[range])
    case .file(let bytes): Array(bytes[bytes.startIndex + range.lowerBound..<bytes.startIndex + range.upperBound])
    case .absent: preconditionFailure("the outline of a data set has no pixels")
    }
  }
}
