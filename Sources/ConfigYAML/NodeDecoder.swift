import JSON

/// Decodes from the user's node merged with the default's node: missing values come from the default.
struct NodeDecoder: Decoder, SingleValueDecodingContainer {
  /// The user's value; nil if all is taken from the defaults.
  let written: Node?
  /// The default value; nil if there is none.
  let fallback: Node?
  let codingPath: [any CodingKey]
  let session: Session
  let scope: Scope
  let keysAreData: Bool

  init(
    written: Node?, fallback: Node?, codingPath: [any CodingKey] = [], session: Session, scope: Scope = Scope(),
    keysAreData: Bool = false
  ) {
    self.written = written
    self.fallback = fallback
    self.codingPath = codingPath
    self.session = session
    self.scope = scope
    self.keysAreData = keysAreData
  }

  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The value to decode: the user's, else the default.
  var node: Node { written ?? fallback ?? .scalar(Node.Scalar(text: "", isPlain: true, mark: .generated)) }

  func container<K: CodingKey>(keyedBy type: K.Type) throws -> KeyedDecodingContainer<K> {
    scope.isTouched = true
    guard node.entries != nil else { throw mismatch("a mapping") }
    return KeyedDecodingContainer(NodeKeyedContainer<K>(self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    scope.isTouched = true
    guard let items = node.items else { throw mismatch("a sequence") }
    return NodeUnkeyedContainer(decoder: self, items: items)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    scope.isTouched = true
    return self
  }

  func decodeNil() -> Bool { node.isNull }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    if type == JSONValue.self, let value = JSONValue(node) as? T { return value }
    do throws(ReadingError) {
      if let value = try node.readPrimitive(type) { return value }
    } catch {
      throw failure(error.message)
    }
    return try decodeContent(type)
  }

  /// Lets a type that is not primitive decode itself, then reports the keys that it did not ask for.
  private func decodeContent<T: Decodable>(_ type: T.Type) throws -> T {
    let scope = Scope()
    let adapted = written.map { AllowedValues.adapted($0, for: type) }
    let inner = NodeDecoder(
      written: adapted, fallback: fallback, codingPath: codingPath, session: session, scope: scope,
      keysAreData: type is any DictionaryOfData.Type)
    let value: T
    do {
      value = try T(from: inner)
    } catch let error as DecodingError {
      let isHere = error.context.map { $0.codingPath.count <= codingPath.count } ?? true
      if isHere, let message = AllowedValues.message(for: type, found: node) { throw failure(message) }
      throw error
    } catch {
      throw failure("\(error)")
    }
    if !scope.isTouched, let written {
      // A type without properties decodes nothing, so the value has not been checked yet.
      guard let entries = written.entries else { throw mismatch("a mapping") }
      scope.record(entries, at: codingPath)
    }
    session.reportUnknownKeys(of: scope)
    return value
  }

  func mismatch(_ expected: String) -> DecodingError {
    failure(ReadingError(expected: expected, found: node).message)
  }

  func failure(_ message: String) -> DecodingError {
    .dataCorrupted(DecodingError.Context(codingPath: codingPath, debugDescription: message))
  }
}

/// The keys of the mappings that a value is decoded from, and which of them it asked for.
final class Scope {
  struct Record {
    var entries: [Node.Entry]
    var isRoot: Bool
    var asked: Set<String> = []
  }

  /// Whether the value accessed its node at all.
  var isTouched = false
  private(set) var records: [String: Record] = [:]

  private func name(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: "\n") }

  /// Notes the entries at `path`, and returns the name of the place.
  @discardableResult
  func record(_ entries: [Node.Entry], at path: [any CodingKey]) -> String {
    let place = name(path)
    if records[place] == nil { records[place] = Record(entries: entries, isRoot: path.isEmpty) }
    return place
  }

  func ask(_ key: String, at place: String) { records[place]?.asked.insert(key) }

  func asked(at place: String) -> Set<String> { records[place]?.asked ?? [] }
}

/// State shared by all decoders of one attempt.
final class Session {
  private let diagnostics: Diagnostics
  private let knownKeys: [String]

  init(diagnostics: Diagnostics, knownKeys: [String]) {
    self.diagnostics = diagnostics
    self.knownKeys = knownKeys
  }

  func reportUnknownKeys(of scope: Scope) {
    for record in scope.records.values {
      let known = record.isRoot ? record.asked.union(knownKeys) : record.asked
      Node.mapping(record.entries, .generated).reportUnknownKeys(known: known, diagnostics)
    }
  }
}

/// Carries the position of an error that differs from the position of its node, such as a misspelt key.
struct Misplaced: Error {
  var mark: Mark
}

extension DecodingError {
  var context: Context? {
    switch self {
    case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context):
      context
    @unknown default: nil
    }
  }
}
