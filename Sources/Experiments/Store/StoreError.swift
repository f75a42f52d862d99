/// Errors of the store of results.
///
/// Every description names the file, the expected and the found state, and a remedy.
public enum StoreError: Error, Sendable, Equatable {
  /// No result is stored under this key; `path` is where it would be.
  case missing(key: StepKey, path: String)
  /// A result has no file of this name.
  case noSuchFile(String, key: StepKey, available: [String])
  /// A file of a result does not match its checksum or format.
  case damaged(key: StepKey, path: String, expected: String, found: String)
  /// A folder of the store is expected at `path`, but something else is there.
  case notAFolder(path: String)
  /// A regular file of the store is expected at `path`, but something else is there, such as a symbolic link.
  case notAFile(path: String)
  /// The folder is not empty and not a store; `found` names entries that are not of a store.
  case notAStore(path: String, found: String)
  /// The marker of the store is damaged, or of another version or program.
  case foreignMarker(path: String, expected: String, found: String)
  /// No store exists at `path`.
  case noStore(path: String)
  /// The store or a part of it cannot be read; `reason` is that of the system.
  case notReadable(path: String, reason: String)
  /// The disk is full, or a quota or file size limit is reached.
  case full(path: String, reason: String)
  /// The store or a part of it cannot be written.
  case notWritable(path: String, reason: String)
  /// Another process holds the lock; `pid` is nil where its number is not known.
  case locked(pid: Int?, path: String)
  /// Another system call failed.
  case failed(operation: String, path: String, reason: String)
}

extension StoreError {
  /// Whether the error also prevents writing any other result.
  var endsWriting: Bool {
    switch self {
    case .full, .notWritable, .notAFolder, .notAFile, .notAStore, .foreignMarker: true
    case .missing, .noSuchFile, .damaged, .noStore, .notReadable, .locked, .failed: false
    }
  }
}

extension StoreError {
  /// The error without the remedy, for messages that say what the program does about it.
  var problem: String {
    if case .damaged(_, let path, let expected, let found) = self {
      "\(path): expected \(expected), found \(found)"
    } else {
      description
    }
  }
}

extension StoreError: CustomStringConvertible {
  /// The error with its remedy, as a sentence for the user.
  public var description: String {
    switch self {
    case .missing(let key, let path):
      "\(path): the result of step \(key.short) is not in the store; run the experiment that makes it"
    case .noSuchFile(let name, let key, let available):
      "the result of step \(key.short) has no file \"\(name)\"; it has \(available.sorted().joined(separator: ", "))"
    case .damaged(let key, let path, let expected, let found):
      "\(path): the result of step \(key.short) is damaged: expected \(expected), found \(found); "
        + "run the experiment again, which sets the damaged result aside and computes it again"
    case .notAFolder(let path):
      "\(path): a folder belongs here, found something else (a symbolic link counts as such below the store); "
        + "move it away or choose another store"
    case .notAFile(let path):
      "\(path): a regular file of the store belongs here, found something else, such as a symbolic link; "
        + "move it away or choose another store"
    case .notAStore(let path, let found):
      "\(path): this folder is no store: it holds \(found); nothing was changed; "
        + "name a new or an empty folder, or the store itself"
    case .foreignMarker(let path, let expected, let found):
      "\(path): expected \(expected), found \(found): a store of another version, or something else; nothing was changed; "
        + "use the version of this program that made it, or choose another store"
    case .noStore(let path):
      "\(path): there is no store here; name the folder that the experiment was run with"
    case .notReadable(let path, let reason):
      "\(path): cannot be read: \(reason); change the permissions of this path or run as a user who may read it"
    case .full(let path, let reason):
      "\(path): cannot be written: \(reason); free some space or choose a store on another disk, then run again: "
        + "finished steps are kept"
    case .notWritable(let path, let reason):
      "\(path): cannot be written: \(reason); change the permissions or choose another store"
    case .locked(let pid, let path):
      "\(path): another process\(pid.map { " (\($0))" } ?? "") writes to this store; "
        + "wait until it ends, or choose another store"
    case .failed(let operation, let path, let reason):
      "\(path): cannot \(operation): \(reason)"
    }
  }
}
