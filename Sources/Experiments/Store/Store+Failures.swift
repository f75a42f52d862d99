extension Store {
  /// Stores the error of a step until it succeeds.
  ///
  /// - Throws: `StoreError.full` or `.notWritable`.
  func keepFailure(of key: StepKey, _ message: String) throws(StoreError) {
    try prepareForWriting()
    let temporary = path("temporary/\(ProcessToken.name(for: key))\(ProcessToken.failureSuffix)")
    try FileSystem.makeFolder(path("temporary"))
    try FileSystem.makeFolder(path("failures"))
    try FileSystem.write(Array("\(message)\n".utf8), to: temporary)
    _ = try FileSystem.move(temporary, to: failurePath(key))
    try FileSystem.synchronize(folder: path("failures"))
  }

  /// Removes the stored error of a step.
  func removeFailure(of key: StepKey) throws(StoreError) {
    guard FileSystem.kind(of: path("failures"), followingLinks: false) == .folder else { return }
    try FileSystem.remove(failurePath(key))
  }

  /// The error of the last attempt at a step; nil when there is none, or it cannot be read.
  public func failure(of key: StepKey) -> String? {
    guard let bytes = try? FileSystem.read(failurePath(key), limit: 1 << 20) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  private func failurePath(_ key: StepKey) -> String { path("failures/\(key).txt") }
}
