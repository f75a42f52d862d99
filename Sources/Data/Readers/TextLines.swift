public import Foundation

/// Reads text files line by line.
public enum TextLines {
  /// The lines of `url` without line endings; an empty last line counts.
  ///
  /// - Throws: `wrongSize` if the file has more than `limit` bytes, `badLine` if it is not UTF-8, and errors of the
  ///   file itself.
  public static func read(_ url: URL, limit: Int) throws(DataError) -> [Substring] {
    let contents = try FileContents.read(url, limit: limit)
    guard contents.isWhole else { throw .wrongSize(path: url.path, expected: limit, found: nil) }
    guard let text = String(validating: contents.bytes, as: UTF8.self) else {
      throw .badLine(path: url.path, line: 1, problem: "the file is not UTF-8 text")
    }
    return text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }
}
