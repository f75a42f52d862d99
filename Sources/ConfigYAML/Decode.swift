import JSON

/// Decodes a `T` from `node`, taking missing keys from `defaults`; reports all errors at once.
///
/// Keys are snake_case in the text and camelCase in Swift, except those of dictionaries. Mappings are merged with the
/// defaults key by key, at every level; sequences and dictionaries replace them as a whole. The requested type decides
/// how a value is parsed. Every key that `T` does not ask for is an error, unless it is in `knownKeys` (snake_case, for
/// the outermost mapping). An explicit null sets an optional to nil; if `node` is null or nil, `defaults` are used.
/// - Returns: nil if anything was reported.
public func decode<T: Codable>(
  _ type: T.Type, from node: Node?, defaults: T, knownKeys: [String]? = nil, diagnostics: Diagnostics
) -> T? {
  do {
    let fallback = Node(try JSONValue(defaults))
    return decode(type, from: node, fallback: fallback, knownKeys: knownKeys, diagnostics: diagnostics)
  } catch {
    diagnostics.report("the defaults of \(T.self) cannot be written as JSON: \(error)", at: node?.mark)
    return nil
  }
}

/// Takes the defaults as a node, for callers that decode many values with the same defaults.
package func decode<T: Decodable>(
  _ type: T.Type, from node: Node?, fallback: Node, knownKeys: [String]? = nil, diagnostics: Diagnostics
) -> T? {
  let written = node?.isNull == true && !fallback.isNull ? nil : node
  return decode(type, written: written, fallback: fallback, knownKeys: knownKeys ?? [], diagnostics: diagnostics)
}

/// Decodes a `T` from `node`, which must have every key that is not optional; reports all errors at once.
public func decode<T: Decodable>(_ type: T.Type, from node: Node, diagnostics: Diagnostics) -> T? {
  decode(type, written: node, fallback: nil, knownKeys: [], diagnostics: diagnostics)
}

/// Decodes repeatedly, each time without the value that caused the last error, until there is no error.
///
/// Every round removes at least one value of the user's, so the loop terminates.
private func decode<T: Decodable>(
  _ type: T.Type, written: Node?, fallback: Node?, knownKeys: [String], diagnostics: Diagnostics
) -> T? {
  var written = written
  var repairs = Repairs()
  let place = written?.mark
  let before = diagnostics.reports
  for _ in 0..<200 {
    do {
      let session = Session(diagnostics: diagnostics, knownKeys: knownKeys.map(snakeCase))
      let value = try NodeDecoder(written: written, fallback: fallback, session: session).decode(type)
      return diagnostics.reports == before && repairs.isEmpty ? value : nil
    } catch {
      guard let context = (error as? DecodingError)?.context else {
        diagnostics.report("\(error)", at: place)
        return nil
      }
      guard let current = written else {
        // Only defaults remain: either they are invalid, or there are none for what was removed.
        if repairs.isEmpty {
          diagnostics.report("the defaults of \(T.self) are invalid: \(context.message)", at: place)
        }
        return nil
      }
      let steps = current.steps(along: context.codingPath)
      let culprit = current.value(at: steps) ?? current
      if !repairs.explain(error, at: culprit) {
        let mark = (context.underlyingError as? Misplaced)?.mark ?? culprit.mark
        // A value without a position in a text is identified by its path.
        let path = mark == .generated && !steps.isEmpty ? steps.map(\.description).joined(separator: ".") + ": " : ""
        diagnostics.report(path + context.message, at: mark)
      }
      repairs.note(removalOf: steps, from: current)
      written = steps.isEmpty ? nil : current.removing(steps[...])
    }
  }
  return nil
}

/// The values removed so far, to suppress errors that only the removal causes.
private struct Repairs {
  private var damaged: Set<Mark> = []
  private struct RemovedKey: Hashable {
    var parent: Mark
    var key: String
  }
  private var removedKeys: Set<RemovedKey> = []
  private(set) var isEmpty = true

  mutating func note(removalOf steps: [Step], from root: Node) {
    isEmpty = false
    guard let last = steps.last, let parent = root.value(at: Array(steps.dropLast())) else { return }
    damaged.insert(parent.mark)
    if case .key(let key) = last { removedKeys.insert(RemovedKey(parent: parent.mark, key: key)) }
  }

  func explain(_ error: any Error, at node: Node) -> Bool {
    guard damaged.contains(node.mark), node.mark != .generated else { return false }
    if case DecodingError.keyNotFound(let key, _) = error {
      return removedKeys.contains(RemovedKey(parent: node.mark, key: key.stringValue))
    }
    return true
  }
}

extension DecodingError.Context {
  fileprivate var message: String {
    if let underlyingError, !(underlyingError is Misplaced) { return "\(debugDescription): \(underlyingError)" }
    return debugDescription
  }
}
