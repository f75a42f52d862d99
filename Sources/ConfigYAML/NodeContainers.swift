import JSON

/// The entries of a mapping by key, the first of equal ones.
private struct EntryLookup {
  let entries: [Node.Entry]
  /// Only of long mappings: for the few keys of a set of parameters a search is faster than a table, and a plan of many
  /// cells makes tens of thousands of these.
  private let table: [String: Node]?

  init(_ entries: [Node.Entry]) {
    self.entries = entries
    table = entries.count > 64 ? Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first } : nil
  }

  subscript(key: String) -> Node? { table.map { $0[key] } ?? entries.first { $0.key == key }?.value }
}

/// The keyed view of a decoder whose node is a mapping.
struct NodeKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let decoder: NodeDecoder
  private let written: EntryLookup
  private let fallback: EntryLookup
  /// Where the scope notes which of the user's keys were asked for; nil where there are none of the user's.
  private let place: String?

  init(_ decoder: NodeDecoder) {
    self.decoder = decoder
    let own = decoder.written?.entries ?? []
    // A dictionary is one value: the user's replaces the default as a whole.
    let base = decoder.keysAreData && decoder.written != nil ? [] : decoder.fallback?.entries ?? []
    written = EntryLookup(own)
    fallback = EntryLookup(base)
    place = decoder.written == nil ? nil : decoder.scope.record(own, at: decoder.codingPath)
  }

  var codingPath: [any CodingKey] { decoder.codingPath }

  var allKeys: [Key] {
    // Those of the user first.
    let names = written.entries.map(\.key) + fallback.entries.map(\.key).filter { written[$0] == nil }
    if decoder.keysAreData { return names.compactMap(Key.init(stringValue:)) }
    return names.compactMap { Key(stringValue: $0) ?? Key(stringValue: camelCase($0)) }
  }

  private func name(_ key: any CodingKey) -> String {
    decoder.keysAreData ? key.stringValue : snakeCase(key.stringValue)
  }

  func contains(_ key: Key) -> Bool {
    let name = name(key)
    ask(name)
    return written[name] != nil || fallback[name] != nil
  }

  private func ask(_ name: String) {
    if let place { decoder.scope.ask(name, at: place) }
  }

  private func find(_ key: any CodingKey) throws -> NodeDecoder {
    let name = name(key)
    ask(name)
    let (own, base) = (written[name], fallback[name])
    guard own != nil || base != nil else { throw missing(name) }
    return NodeDecoder(
      written: own, fallback: base, codingPath: codingPath + [PathKey(name)],
      session: decoder.session, scope: decoder.scope)
  }

  private func missing(_ name: String) -> DecodingError {
    let asked = place.map(decoder.scope.asked) ?? []
    let unasked = (decoder.written?.entries ?? []).filter { !asked.contains($0.key) }
    let near = nearest(name, in: unasked.map(\.key))
    let hint = near.map { " (is \(quoted($0)) a misspelling of it?)" } ?? ""
    let place = unasked.first { $0.key == near }.map { Misplaced(mark: $0.keyMark) }
    let context = DecodingError.Context(
      codingPath: codingPath, debugDescription: "the key '\(name)' is missing\(hint)", underlyingError: place)
    return .keyNotFound(PathKey(name), context)
  }

  func decodeNil(forKey key: Key) throws -> Bool { try find(key).decodeNil() }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try find(key).decode(type) }
  func nestedContainer<K: CodingKey>(keyedBy type: K.Type, forKey key: Key) throws -> KeyedDecodingContainer<K> {
    try find(key).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try find(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { try find(PathKey("super")) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try find(key) }
}

/// The view of a decoder whose node is a sequence.
struct NodeUnkeyedContainer: UnkeyedDecodingContainer {
  let decoder: NodeDecoder
  let items: [Node]
  var currentIndex = 0

  init(decoder: NodeDecoder, items: [Node]) {
    self.decoder = decoder
    self.items = items
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  private func current() throws -> NodeDecoder {
    guard !isAtEnd else { throw decoder.failure("expected more than \(items.count) values in this sequence") }
    return NodeDecoder(
      written: decoder.written == nil ? nil : items[currentIndex],
      fallback: decoder.written == nil ? items[currentIndex] : nil,
      codingPath: codingPath + [PathKey(index: currentIndex)], session: decoder.session, scope: decoder.scope)
  }

  mutating func decodeNil() throws -> Bool {
    guard try current().decodeNil() else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let value = try current().decode(type)
    currentIndex += 1
    return value
  }
  mutating func nestedContainer<K: CodingKey>(keyedBy type: K.Type) throws -> KeyedDecodingContainer<K> {
    let container = try current().container(keyedBy: type)
    currentIndex += 1
    return container
  }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try current().unkeyedContainer()
    currentIndex += 1
    return container
  }
  mutating func superDecoder() throws -> any Decoder {
    let inner = try current()
    currentIndex += 1
    return inner
  }
}
