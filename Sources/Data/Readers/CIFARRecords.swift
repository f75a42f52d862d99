import Engine
public import Foundation

/// The records of CIFAR's binary files: label bytes, then 32×32 red, 32×32 green and 32×32 blue bytes.
public struct CIFARRecords: Sendable {
  /// The number of classes of each label byte of a record: [10] for CIFAR-10, [20, 100] (coarse, fine) for CIFAR-100.
  public let classCounts: [Int]
  /// The images read so far, `[N, 32, 32, 3]`.
  public private(set) var pixels: [UInt8] = []
  /// The labels read so far, one list per label byte of a record, each `[N]`.
  public private(set) var labels: [[Int]]

  /// Pixels of one image.
  static let area = 32 * 32
  /// Bytes of one record.
  var recordSize: Int { classCounts.count + 3 * Self.area }

  /// No records; memory for `capacity` of them is reserved.
  public init(classCounts: [Int], capacity: Int) {
    self.classCounts = classCounts
    labels = [[Int]](repeating: [], count: classCounts.count)
    AllocationFailure.probe(capacity * 3 * Self.area)
    pixels.reserveCapacity(capacity * 3 * Self.area)
  }

  /// Appends the records in `url`, which must contain exactly `count`.
  ///
  /// - Throws: `wrongSize`, `badLabel`, or an error of the file itself; nothing is appended then.
  public mutating func append(_ url: URL, count: Int) throws(DataError) {
    let size = count * recordSize
    let contents = try FileContents.read(url, limit: size)
    let bytes = contents.bytes
    guard contents.isWhole, bytes.count == size else {
      throw .wrongSize(path: url.path, expected: size, found: contents.isWhole ? bytes.count : nil)
    }
    for record in 0..<count {
      for (place, classCount) in classCounts.enumerated() {
        let offset = record * recordSize + place
        guard bytes[offset] < classCount else {
          throw .badLabel(path: url.path, offset: offset, label: Int(bytes[offset]), classCount: classCount)
        }
      }
    }
    for place in classCounts.indices {
      labels[place] += (0..<count).map { Int(bytes[$0 * recordSize + place]) }
    }
    for record in 0..<count { appendPixels(bytes, at: record * recordSize + classCounts.count) }
  }

  /// Interleaves three planes as 32×32 pixels of three channels.
  private mutating func appendPixels(_ bytes: [UInt8], at start: Int) {
    let interleaved = [UInt8](unsafeUninitializedCapacity: 3 * Self.area) { out, count in
      bytes.withUnsafeBufferPointer { bytes in
        for pixel in 0..<Self.area {
          out[3 * pixel] = bytes[start + pixel]
          out[3 * pixel + 1] = bytes[start + Self.area + pixel]
          out[3 * pixel + 2] = bytes[start + 2 * Self.area + pixel]
        }
      }
      count = 3 * Self.area
    }
    pixels += interleaved
  }
}
