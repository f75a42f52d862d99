/// Why a file could not be fetched.
package enum FetchError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A program is not on the search path.
  case missingTool(String)
  /// The server answered with an error.
  case refused(url: String, status: Int)
  /// curl could not download the file; `kept` bytes are kept for the next attempt.
  case transfer(url: String, reason: String, kept: Int, path: String)
  /// The file differs from the published one; it was moved to `aside`.
  case wrongFile(url: String, what: String, expected: String, found: String, aside: String)
  /// The server sends more than the `size` bytes of the published file; nothing was kept.
  case tooLarge(url: String, size: Int)
  /// tar could not unpack an archive.
  case unpacking(path: String, reason: String)
  /// The server redirects to an address without a verified server identity.
  case redirected(url: String)
  /// The system refused to write, read or move a file.
  case system(path: String, reason: String)
  /// The process was interrupted; `kept` bytes are kept for the next attempt.
  case interrupted(path: String, kept: Int)

  /// What happened and what to do.
  package var description: String {
    switch self {
    case .missingTool(let name):
      "the program '\(name)' is required but not on the search path; install it (Debian: apt-get install \(name))"
    case .refused(let url, let status):
      "\(url): the server answered with HTTP status \(status); try again later, or name a mirror with --from"
    case .transfer(let url, let reason, let kept, let path):
      "\(url): \(reason)\(Self.keptText(kept, path))"
    case .wrongFile(let url, let what, let expected, let found, let aside):
      "\(url): expected \(what) \(expected), found \(found); the file was moved to \(aside). "
        + "Try again, or name a mirror with --from"
    case .tooLarge(let url, let size):
      "\(url): the server sends more than the \(size) bytes of the published file; nothing was kept. "
        + "Try again later, or name a mirror with --from"
    case .redirected(let url):
      "\(url): the server redirects to an address without https, which is not followed; name a mirror with --from"
    case .unpacking(let path, let reason):
      "\(path): cannot be unpacked: \(reason)"
    case .system(let path, let reason):
      "\(path): \(reason)"
    case .interrupted(let path, let kept):
      "interrupted\(Self.keptText(kept, path))"
    }
  }

  private static func keptText(_ kept: Int, _ path: String) -> String {
    kept > 0 ? "; \(kept) bytes are kept in \(path), run again to continue" : "; run again to start over"
  }
}
