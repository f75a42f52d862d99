import JSON

extension Node {
  /// The text, quoted or not; reports an error and returns nil for null, sequences and mappings.
  public func string(_ diagnostics: Diagnostics) -> String? {
    read(diagnostics) { () throws(ReadingError) in try readString() }
  }

  /// The integer: unquoted decimal digits with an optional sign; otherwise reports an error and returns nil.
  public func int(_ diagnostics: Diagnostics) -> Int? {
    read(diagnostics) { () throws(ReadingError) in try readInteger(Int.self) }
  }

  /// The number: unquoted, decimal, with an optional exponent, or `.inf`; otherwise reports an error and returns nil.
  public func double(_ diagnostics: Diagnostics) -> Double? {
    read(diagnostics) { () throws(ReadingError) in try readFloating(Double.self) }
  }

  /// The boolean: unquoted `true` or `false`; otherwise reports an error and returns nil.
  public func bool(_ diagnostics: Diagnostics) -> Bool? {
    read(diagnostics) { () throws(ReadingError) in try readBool() }
  }

  /// The values of a sequence; otherwise reports an error and returns nil.
  public func items(_ diagnostics: Diagnostics) -> [Node]? {
    if items == nil { diagnostics.report(ReadingError(expected: "a sequence", found: self).message, at: mark) }
    return items
  }

  /// The entries of a mapping; otherwise reports an error and returns nil.
  public func entries(_ diagnostics: Diagnostics) -> [Entry]? {
    if entries == nil { diagnostics.report(ReadingError(expected: "a mapping", found: self).message, at: mark) }
    return entries
  }

  /// Reports every key of this mapping that is not in `known`, with the nearest known one.
  public func reportUnknownKeys(known: some Collection<String>, _ diagnostics: Diagnostics) {
    for entry in entries ?? [] where !known.contains(entry.key) {
      diagnostics.report(unknownName("key", entry.key, known: known), at: entry.keyMark)
    }
  }

  private func read<T>(_ diagnostics: Diagnostics, _ body: () throws(ReadingError) -> T) -> T? {
    do throws(ReadingError) {
      return try body()
    } catch {
      diagnostics.report(error.message, at: mark)
      return nil
    }
  }
}
