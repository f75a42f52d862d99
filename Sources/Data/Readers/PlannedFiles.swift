public import Foundation

/// The content of files when an experiment was planned; later reads are compared with it.
///
/// The digests are part of cache keys, so bytes that differ from the plan must never become a result.
public struct PlannedFiles: Sendable {
  /// SHA-256 by path.
  private var digests: [String: String] = [:]

  /// The plan of the data being read; the readers of this module check against it.
  @TaskLocal static var current: PlannedFiles?

  /// No files.
  public init() {}

  /// Adds a file with the SHA-256 of its content.
  public mutating func add(_ url: URL, digest: String) { digests[url.path] = digest }

  /// Runs `body`; every file of the plan that it reads must have the planned content, otherwise the reader throws
  /// `DataError.changed`.
  public func checking<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self, operation: body)
  }

  /// Compares files that were not read by this module's readers with the plan.
  ///
  /// - Throws: `changed` for the first file whose content differs; `unreadable`, `notAFile`.
  public func verify(_ urls: [URL]) throws(DataError) {
    for (url, found) in zip(urls, try FileDigest.sha256(of: urls)) { try require(found, of: url) }
  }

  /// Compares a file that was read before the plan was made with the current plan, if any.
  ///
  /// - Throws: `changed` if the file `url` was planned with another digest.
  public static func requirePlanned(_ digest: String, of url: URL) throws(DataError) {
    try current?.require(digest, of: url)
  }

  /// The planned digests of `urls`; nil without a plan.
  ///
  /// - Throws: `changed` for a file that is not part of the plan.
  static func digests(of urls: [URL]) throws(DataError) -> [String]? {
    guard let current else { return nil }
    var result: [String] = []
    result.reserveCapacity(urls.count)
    for url in urls {
      guard let digest = current.digests[url.path] else { throw .changed(path: url.path, planned: nil) }
      result.append(digest)
    }
    return result
  }

  /// Whether the content of `url` is planned.
  func includes(_ url: URL) -> Bool { digests[url.path] != nil }

  /// - Throws: `changed` if `url` is planned with another digest.
  func require(_ found: String, of url: URL) throws(DataError) {
    guard let planned = digests[url.path], planned != found else { return }
    throw .changed(path: url.path, planned: planned == FileDigest.unreadable ? nil : planned)
  }
}
