import Foundation
import JSON

/// Recognizes stores, so that a mistyped path never destroys other files.
///
/// A folder is a store if it has the marker, which is written before anything else; a marker of another version, or
/// anything else of its name, is refused. Stores that are older than the marker are recognized by a result, or because
/// they contain only entries of a store, and get the marker with the next result; a file `lock` is no evidence, since
/// other programs also write process numbers into files of that name.
extension Store {
  static let markerName = "store.json"
  private static let lockName = "lock"
  static let writersName = "writers"
  private static let marker = "{\"store\": \"lacuna\", \"version\": 1}\n"
  /// Entries that operating systems create in folders.
  private static let ofTheSystem: Set<String> = ["lost+found", ".DS_Store"]

  /// Creates the folder of the store with its marker.
  ///
  /// - Throws: `StoreError.notAStore` when the folder contains something else, and as `requireStore`.
  func prepareForWriting() throws(StoreError) {
    try FileSystem.makeFolder(Self.path(root), followingLinks: true)
    if try isMarked() { return }
    try requireStore()
    // The marker is created atomically, and several threads may do so at once.
    try FileSystem.makeFolder(path("temporary"))
    let temporary = path("temporary/\(ProcessToken.name(for: StepKey(canonicalText: Self.marker)))")
    do throws(StoreError) {
      try FileSystem.write(Array(Self.marker.utf8), to: temporary)
      guard try FileSystem.move(temporary, to: path(Self.markerName)) else {
        throw .notAFile(path: path(Self.markerName))
      }
    } catch {
      try? FileSystem.remove(temporary)
      throw error
    }
    try FileSystem.synchronize(folder: Self.path(root))
  }

  /// - Throws: `StoreError.notAStore` unless the folder is a store, or empty; `.foreignMarker` or `.notAFile` where the
  ///   marker is not that of this version.
  func requireStore() throws(StoreError) {
    if try isMarked() { return }
    let names = try FileSystem.names(in: Self.path(root)).filter { !Self.ofTheSystem.contains($0) }
    if names.isEmpty || hasResult { return }
    for name in names where try !isOwn(name) { throw .notAStore(path: Self.path(root), found: name.debugDescription) }
    // Old stores created the lock first, but never left it as the only entry for long.
    guard names.contains(Self.lockName) else { return }
    for name in names where try isEvidence(name) { return }
    throw .notAStore(path: Self.path(root), found: Self.lockName.debugDescription)
  }

  /// Whether the entry of this name is evidence of a store: not an empty folder, nor a file that other programs create.
  private func isEvidence(_ name: String) throws(StoreError) -> Bool {
    switch FileSystem.kind(of: path(name), followingLinks: false) {
    case .folder: try !FileSystem.names(in: path(name)).isEmpty
    default: false
    }
  }

  private func isMarked() throws(StoreError) -> Bool {
    let path = path(Self.markerName)
    switch FileSystem.kind(of: path, followingLinks: false) {
    case .nothing: return false
    case .file: break
    case .folder, .link, .other: throw .notAFile(path: path)
    case .inaccessible(let reason): throw .notReadable(path: path, reason: reason)
    }
    let found = try FileSystem.read(path, limit: 100) ?? []
    let text = String(decoding: found, as: UTF8.self).trimmingCharacters(in: .newlines)
    // By content: an editor may have changed the last line break, a formatter the spaces.
    if let content = try? JSONValue(json: text), content == (try? JSONValue(json: Self.marker)) { return true }
    throw .foreignMarker(
      path: path, expected: Self.marker.trimmingCharacters(in: .newlines), found: text.isEmpty ? "nothing" : text)
  }

  /// Whether some folder below `steps` has the name and the files of a result.
  private var hasResult: Bool { keys.contains { contains($0) } }

  /// Whether the entry of this name is one that a store creates.
  private func isOwn(_ name: String) throws(StoreError) -> Bool {
    let path = path(name)
    switch (name, FileSystem.kind(of: path, followingLinks: false)) {
    case (Self.lockName, .file):
      let text = String(decoding: try FileSystem.read(path, limit: 32) ?? [], as: UTF8.self)
      return text.isEmpty || text.hasSuffix("\n") && Int(text.dropLast()) != nil
    case (Self.writersName, .file(size: 0)): return true
    case ("temporary", .folder): return try FileSystem.names(in: path).allSatisfy(ProcessToken.isName)
    case ("steps", .folder):
      return try FileSystem.names(in: path).allSatisfy { $0.count == 2 && Int($0, radix: 16) != nil }
    case ("damaged", .folder), ("replaced", .folder):
      return try FileSystem.names(in: path).allSatisfy { Self.isNameOfSetAside($0) }
    case ("failures", .folder):
      return try FileSystem.names(in: path).allSatisfy {
        $0.hasSuffix(".txt") && StepKey(hex: String($0.dropLast(4))) != nil
      }
    default: return false
    }
  }

  private static func isNameOfSetAside(_ name: String) -> Bool {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && StepKey(hex: String(parts[0])) != nil && Int(parts[1]) != nil
  }
}
