public import Foundation

/// Reads text files line by line.
public enum TextLines {
  /// The lines of `url`, without their ends; an empty last line is one, too.
  ///
  /// - Throws: `wrongSize` when the file has more than `limit` bytes, `badLine` where it is not UTF-8, and what is wrong
  ///   with the file itself.
  public static func read(_ url: URL, limit: Int) throws(DataError) -> [Substring] {
    let contents = try FileContents.read(url, limit: limit)
    guard contents.isWhole else { throw .wrongSize(path: url.path, expected: limit, found: nil) }
    guard let text = String(validating: contents.bytes, as: UTF8.self) else {
      throw .badLine(path: url.path, line: 1, problem: "the file is no UTF-8 text")
    }
    return text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }
}
