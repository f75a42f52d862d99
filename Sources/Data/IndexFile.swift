public import Foundation

/// Lists of sample numbers as text: one integer ≥ 0 per line; `#` starts a comment, empty lines are ignored, and so is a
/// byte order mark at the start.
public enum IndexFile {
  /// Longer files are refused; a list of a million samples takes at most a tenth of this.
  static let byteLimit = 64 << 20

  /// The numbers in `url`, in order.
  ///
  /// - Throws: `badIndexLine` with the line's number, or an error of the file itself.
  public static func read(_ url: URL) throws(DataError) -> [Int] {
    let contents = try FileContents.read(url, limit: byteLimit, allowingEmpty: true)
    guard contents.isWhole else { throw .wrongSize(path: url.path, expected: byteLimit, found: nil) }
    var numbers: [Int] = []
    let list = contents.bytes.trimmingPrefix([0xef, 0xbb, 0xbf])
    for (number, bytes) in list.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
      let line = String(decoding: bytes, as: UTF8.self)
      let text = String(line.prefix { $0 != "#" }).trimmingCharacters(in: .whitespacesAndNewlines)
      if text.isEmpty { continue }
      guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let value = Int(text) else {
        throw .badIndexLine(path: url.path, line: number + 1, text: String(text.prefix(80)))
      }
      numbers.append(value)
    }
    return numbers
  }
}
