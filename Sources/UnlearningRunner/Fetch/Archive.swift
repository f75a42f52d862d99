import Data
import Foundation
import SystemErrors

/// A compressed tar archive that is unpacked in its own folder.
struct Archive {
  var path: URL
  var tar: Tool
  var cancellation: Cancellation

  /// Unpacks missing entries: first into a hidden folder, from which whole entries are moved to their place.
  func unpack(say: (String) -> Void) throws(FetchError) {
    let folder = path.deletingLastPathComponent()
    let members = try run(["--list", "--gzip", "--file", path.path]).split(separator: "\n").map(String.init)
    let files = members.filter { !$0.hasSuffix("/") }
    guard !files.isEmpty else { throw .unpacking(path: path.path, reason: "it contains no files") }
    if files.allSatisfy({ FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }) {
      say("\(path.path): already unpacked")
      return
    }
    let name = ".\(path.lastPathComponent).unpacking-\(ProcessInfo.processInfo.processIdentifier)"
    let temporary = folder.appending(path: name, directoryHint: .isDirectory)
    do {
      try? FileManager.default.removeItem(at: temporary)
      try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: temporary) }
      _ = try run(["--extract", "--gzip", "--file", path.path, "--directory", temporary.path, "--no-same-owner"])
      for entry in try FileManager.default.contentsOfDirectory(atPath: temporary.path).sorted() {
        try put(temporary.appending(path: entry), at: folder.appending(path: entry), old: temporary, entry)
        say("\(folder.appending(path: entry).path): unpacked")
      }
    } catch let error as FetchError {
      throw error
    } catch {
      throw .unpacking(path: path.path, reason: error.systemReason)
    }
  }

  /// Moves a new entry to its place; an old one is moved into the temporary folder and deleted with it.
  private func put(_ new: URL, at target: URL, old temporary: URL, _ entry: String) throws {
    if FileManager.default.fileExists(atPath: target.path) {
      try FileManager.default.moveItem(at: target, to: temporary.appending(path: ".old-\(entry)"))
    }
    try FileManager.default.moveItem(at: new, to: target)
  }

  private func run(_ arguments: [String]) throws(FetchError) -> String {
    let outcome = try tar.run(arguments, cancellation: cancellation)
    if cancellation.isCancelled { throw .interrupted(path: path.path, kept: 0) }
    guard outcome.status == 0 else {
      let reason = outcome.errors.split(separator: "\n").last.map(String.init) ?? "tar ended with \(outcome.status)"
      throw .unpacking(path: path.path, reason: reason)
    }
    return outcome.output
  }
}
