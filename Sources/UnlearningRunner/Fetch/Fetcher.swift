package import Data
package import Foundation
import SystemErrors

/// Downloads the files of data sets: resumable, verified, and atomic.
///
/// A file is downloaded to `<name>.part`, verified, synchronized to disk and renamed. Existing files that match are
/// left alone; those that do not are moved to `<name>.wrong`.
package struct Fetcher: Sendable {
  /// The data root.
  var root: URL
  /// Replaces everything but the last component of each address; for mirrors.
  var base: String?
  /// The folders in which programs are searched, separated by colons.
  var searchPath: String
  /// Whether curl shows its progress bar.
  var showsProgress: Bool
  /// Called with progress messages.
  var say: @Sendable (String) -> Void
  /// Cancels the download.
  var cancellation: Cancellation

  /// A fetcher into `root`.
  package init(
    root: URL, base: String? = nil, searchPath: String, showsProgress: Bool = false,
    cancellation: Cancellation = Cancellation(), say: @escaping @Sendable (String) -> Void
  ) {
    self.root = root
    self.base = base
    self.searchPath = searchPath
    self.showsProgress = showsProgress
    self.cancellation = cancellation
    self.say = say
  }

  /// Downloads `file` and, if it is an archive, unpacks it in its folder.
  package func fetch(_ file: RemoteFile) throws(FetchError) {
    let target = root.appending(path: file.name)
    try makeFolder(target.deletingLastPathComponent())
    if try isThere(file, at: target) {
      say("\(target.path): already there")
    } else {
      try download(file, to: target)
    }
    if file.isArchive {
      try Archive(path: target, tar: Tool("tar", searchPath: searchPath), cancellation: cancellation).unpack(say: say)
    }
  }

  /// Whether the file exists and matches; one that does not match is moved aside.
  private func isThere(_ file: RemoteFile, at target: URL) throws(FetchError) -> Bool {
    guard FileManager.default.fileExists(atPath: target.path) else { return false }
    guard let difference = try Checksums.difference(of: target, from: file) else { return true }
    let aside = try moveAside(target, as: target)
    say(
      "\(target.path): expected \(difference.what) \(difference.expected), found \(difference.found); "
        + "moved to \(aside.path), fetching it again")
    return false
  }

  private func download(_ file: RemoteFile, to target: URL) throws(FetchError) {
    let url = address(of: file)
    let part = URL(filePath: target.path + ".part")
    try requireOwnFile(part)
    var kept = try sizeIfThere(part)
    if let size = file.size, kept > size {
      // A partial download cannot be larger than the published file.
      try remove(part)
      kept = 0
    }
    if kept == 0 || kept != file.size {
      say(kept > 0 ? "\(url): resuming at byte \(kept)" : "\(url): fetching")
      try transfer(url, to: part, kept: kept, size: file.size)
    }
    if let difference = try Checksums.difference(of: part, from: file) {
      let aside = try moveAside(part, as: target)
      throw .wrongFile(
        url: url, what: difference.what, expected: difference.expected, found: difference.found, aside: aside.path)
    }
    try synchronize(part)
    try move(part, to: target)
    say("\(target.path): fetched, \(try Checksums.size(of: target)) bytes")
  }

  /// The options of every call of curl.
  ///
  /// A source may redirect, but only to an address whose server proves its identity (https). A connection that cannot
  /// be made within 30 seconds, or is slower than 1,000 bytes per second for 60 seconds, is given up; the received
  /// bytes are kept.
  package static let options = [
    "--fail", "--location", "--proto", "=http,https", "--proto-redir", "=https", "--retry", "3",
    "--connect-timeout", "30", "--speed-limit", "1000", "--speed-time", "60",
  ]

  /// Runs curl, and again from the start if the server cannot resume at `kept`.
  ///
  /// - Parameter size: Of the published file, in bytes; nil if unknown.
  private func transfer(_ url: String, to part: URL, kept: Int, size: Int?) throws(FetchError) {
    let curl = try Tool("curl", searchPath: searchPath)
    let outcome = try curl.run(
      Self.options + (size.map { ["--max-filesize", "\($0)"] } ?? [])
        + ["--continue-at", "-", "--output", part.path, "--write-out", "%{http_code}"]
        + [showsProgress ? "--progress-bar" : "--silent", "--show-error", "--", url],
      showsErrors: showsProgress, growing: part, limit: size, cancellation: cancellation)
    guard outcome.status != 0 else { return }
    let now = try sizeIfThere(part)
    // Status 63: the server itself announces a larger size.
    if let size, outcome.status == 63 || now > size {
      try remove(part)
      throw .tooLarge(url: url, size: size)
    }
    if cancellation.isCancelled { throw .interrupted(path: part.path, kept: now) }
    let status = Int(outcome.output.suffix(3)) ?? 0
    // Status 33: the server does not support ranges; HTTP 416: the range is beyond the end, so the kept bytes are not a
    // prefix of this file.
    if kept > 0, outcome.status == 33 || status == 416 {
      try remove(part)
      say("\(url): the server cannot resume at byte \(kept); starting over")
      return try transfer(url, to: part, kept: 0, size: size)
    }
    // Status 1: a protocol that is not allowed. The first address is allowed, so the server has redirected.
    if outcome.status == 1, url.hasPrefix("http") { throw .redirected(url: url) }
    if status >= 400 { throw .refused(url: url, status: status) }
    let lines = outcome.errors.split(separator: "\n")
    let reason = lines.last.map(String.init) ?? "curl ended with status \(outcome.status)"
    throw .transfer(url: url, reason: reason, kept: now, path: part.path)
  }

  private func address(of file: RemoteFile) -> String {
    guard let base else { return file.url }
    let name = file.url.split(separator: "/").last.map(String.init) ?? file.name
    return base.hasSuffix("/") ? base + name : "\(base)/\(name)"
  }
}

// MARK: Files

extension Fetcher {
  private func makeFolder(_ folder: URL) throws(FetchError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .system(path: folder.path, reason: "the folder cannot be created: \(error.systemReason)")
    }
  }

  /// Refuses to write through a link, or into anything but a regular file.
  private func requireOwnFile(_ path: URL) throws(FetchError) {
    var status = stat()
    guard lstat(path.path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      throw .system(
        path: path.path,
        reason: "expected a partial download, found a link or something else that is not a regular file; move it away")
    }
  }

  private func sizeIfThere(_ path: URL) throws(FetchError) -> Int {
    FileManager.default.fileExists(atPath: path.path) ? try Checksums.size(of: path) : 0
  }

  /// Removes a file if it exists.
  private func remove(_ path: URL) throws(FetchError) {
    guard unlink(path.path) == 0 || errno == ENOENT else {
      throw .system(path: path.path, reason: "cannot be removed: \(String(cString: strerror(errno)))")
    }
  }

  private func moveAside(_ path: URL, as target: URL) throws(FetchError) -> URL {
    let aside = URL(filePath: target.path + ".wrong")
    try move(path, to: aside)
    return aside
  }

  /// Synchronizes the content of a file to disk, so that a final name never refers to an incomplete file.
  private func synchronize(_ path: URL) throws(FetchError) {
    do {
      let handle = try FileHandle(forUpdating: path)
      try handle.synchronize()
      try handle.close()
    } catch {
      throw .system(path: path.path, reason: "cannot be written to the disk: \(error.systemReason)")
    }
  }

  private func move(_ path: URL, to target: URL) throws(FetchError) {
    guard rename(path.path, target.path) == 0 else {
      throw .system(path: path.path, reason: "cannot be renamed to \(target.path): \(String(cString: strerror(errno)))")
    }
  }
}
