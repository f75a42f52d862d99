public import Foundation

/// The kind of data in an IDX file; the raw value is its magic number.
public enum IDXKind: Int, Sendable, CustomStringConvertible {
  /// One byte per item: `[N]`.
  case labels = 2049
  /// Gray images: `[N, H, W]`.
  case images = 2051

  /// "labels" or "images".
  public var description: String { self == .labels ? "labels" : "images" }
}

/// Reads the IDX files of MNIST and similar data sets, plain or gzipped.
///
/// The header (big-endian: magic number, then the extent of each dimension) is compared with the expected numbers of
/// the data set; it never decides how much memory is allocated.
public enum IDX {
  /// The images in `url`, `[count, rows, columns]`.
  ///
  /// - Throws: `wrongMagic`, `badHeader`, `wrongSize`, or an error of the file itself.
  public static func images(_ url: URL, count: Int, rows: Int, columns: Int) throws(DataError) -> [UInt8] {
    try read(url, .images, fields: [("number of images", count), ("rows", rows), ("columns", columns)])
  }

  /// The labels in `url`, `[count]`, each in 0..<`classCount`.
  ///
  /// - Throws: as `images`, and `badLabel`.
  public static func labels(_ url: URL, count: Int, classCount: Int) throws(DataError) -> [Int] {
    let bytes = try read(url, .labels, fields: [("number of labels", count)])
    let headerSize = 8
    if let place = bytes.firstIndex(where: { $0 >= classCount }) {
      throw .badLabel(
        path: url.path, offset: headerSize + place, label: Int(bytes[place]), classCount: classCount)
    }
    return bytes.map(Int.init)
  }

  private static func read(
    _ url: URL, _ kind: IDXKind, fields: [(name: String, expected: Int)]
  ) throws(DataError) -> [UInt8] {
    let headerSize = 4 + 4 * fields.count
    let size = headerSize + fields.reduce(1) { $0 * $1.expected }
    var contents = try FileContents.read(url, limit: size)
    // The header is checked first: it distinguishes swapped files and files of other sets from damaged ones.
    if contents.bytes.count >= 4 {
      let magic = bigEndian(contents.bytes, at: 0)
      guard magic == kind.rawValue else { throw .wrongMagic(path: url.path, expected: kind, found: magic) }
    }
    for (number, field) in fields.enumerated() {
      let offset = 4 + 4 * number
      guard contents.bytes.count >= offset + 4 else { break }
      let found = bigEndian(contents.bytes, at: offset)
      guard found == field.expected else {
        throw .badHeader(path: url.path, offset: offset, field: field.name, expected: field.expected, found: found)
      }
    }
    guard contents.isWhole, contents.bytes.count == size else {
      throw .wrongSize(path: url.path, expected: size, found: contents.isWhole ? contents.bytes.count : nil)
    }
    contents.bytes.removeFirst(headerSize)
    return contents.bytes
  }

  private static func bigEndian(_ bytes: [UInt8], at offset: Int) -> Int {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
  }
}
