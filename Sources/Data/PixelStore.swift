public import Foundation

/// The bytes of all images of a data set: in memory, or in a file that is mapped into it and read where it is needed.
public enum PixelStore: Sendable {
  /// Bytes in memory.
  case memory([UInt8])
  /// The content of a file.
  case file(Foundation.Data)
  /// No bytes but their number, for a data set whose images nobody will ask for.
  case absent(count: Int)

  /// How many bytes.
  var count: Int {
    switch self {
    case .memory(let bytes): bytes.count
    case .file(let bytes): bytes.count
    case .absent(let count): count
    }
  }

  /// A copy of some of the bytes, or of all of them without a copy where they lie in memory.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    switch self {
    case .memory(let bytes): range == bytes.indices ? bytes : Array(bytes[range])
    case .file(let bytes): Array(bytes[bytes.startIndex + range.lowerBound..<bytes.startIndex + range.upperBound])
    case .absent: preconditionFailure("the outline of a data set has no pixels")
    }
  }
}
