/// What can go wrong with the results of steps on disk.
///
/// Every description names the file, what was expected and found, and what to do.
public enum StoreError: Error, Sendable, Equatable {
  /// No result is kept under this key; `path` is where it would be.
  case missing(key: StepKey, path: String)
  /// A result has no file of this name.
  case noSuchFile(String, key: StepKey, available: [String])
  /// A file of a result is not what was written.
  case damaged(key: StepKey, path: String, expected: String, found: String)
  /// Something that is no folder stands where a folder of the store belongs.
  case notAFolder(path: String)
  /// Something that is no regular file, such as a symbolic link, stands where a file of the store belongs.
  case notAFile(path: String)
  /// A folder that is not empty and that no store was made in; `found` is what is in it and is not of a store.
  case notAStore(path: String, found: String)
  /// The file that marks a store is of another version, damaged, or of another program.
  case foreignMarker(path: String, expected: String, found: String)
  /// No store is there to be read.
  case noStore(path: String)
  /// The store or a part of it may not be read.
  case notReadable(path: String, reason: String)
  /// The disk, a quota or the allowed size of files is exhausted.
  case full(path: String, reason: String)
  /// The store or a part of it may not be written.
  case notWritable(path: String, reason: String)
  /// Another process uses the store; nil where its number is not known.
  case locked(pid: Int?, path: String)
  /// The system refused something else.
  case failed(operation: String, path: String, reason: String)
}

extension StoreError {
  /// Whether no other result could be written either.
  var endsWriting: Bool {
    switch self {
    case .full, .notWritable, .notAFolder, .notAFile, .notAStore, .foreignMarker: true
    case .missing, .noSuchFile, .damaged, .noStore, .notReadable, .locked, .failed: false
    }
  }
}

extension StoreError {
  /// The error without what a person can do about it, for a message that says what is done.
  var problem: String {
    if case .damaged(_, let path, let expected, let found) = self {
      "\(path): expected \(expected), found \(found)"
    } else {
      description
    }
  }
}

extension StoreError: CustomStringConvertible {
  /// The error as a sentence for the person who can mend it.
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
