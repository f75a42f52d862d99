/// Encodes any value as a `JSONValue`.
///
/// Unlike Foundation's encoder it keeps the order of properties, supports infinities and prints a `Float` as a `Float`.
struct ValueEncoder: Encoder {
  let slot: Slot
  let codingPath: [any CodingKey]
  let keysAreData: Bool
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The location where one value is assembled.
  final class Slot {
    enum Content {
      /// No container was opened: the value has no properties.
      case untouched
      case value(JSONValue)
      case array([Slot])
      case object([(key: String, slot: Slot)])
    }
    var content = Content.untouched
    /// Of objects from `longObject` members on.
    private var places: [String: Int] = [:]
    private static let longObject = 64

    func openArray() { if case .array = content {} else { content = .array([]) } }
    func openObject() { if case .object = content {} else { content = .object([]) } }

    func append() -> Slot {
      let slot = Slot()
      guard case .array(var slots) = content else { return slot }
      content = .untouched  // so that the array is uniquely referenced and grows in place
      slots.append(slot)
      content = .array(slots)
      return slot
    }

    func insert(_ key: String) -> Slot {
      let slot = Slot()
      guard case .object(var members) = content else { return slot }
      content = .untouched
      // For the few properties of a type a search is faster than a table.
      if members.count == Self.longObject { for (place, member) in members.enumerated() { places[member.key] = place } }
      let known = members.count < Self.longObject ? members.firstIndex { $0.key == key } : places[key]
      if let known {
        members[known].slot = slot
      } else {
        if members.count >= Self.longObject { places[key] = members.count }
        members.append((key, slot))
      }
      content = .object(members)
      return slot
    }

    var result: JSONValue {
      switch content {
      case .untouched: .object([])
      case .value(let value): value
      case .array(let slots): .array(slots.map(\.result))
      case .object(let members): .object(members.map { JSONValue.Member(key: $0.key, value: $0.slot.result) })
      }
    }
  }

  static func encode(_ value: some Encodable) throws -> JSONValue {
    let slot = Slot()
    try encode(value, into: slot, path: [])
    return slot.result
  }

  static func encode<T: Encodable>(_ value: T, into slot: Slot, path: [any CodingKey]) throws {
    switch value {
    case let value as JSONValue: slot.content = .value(value)
    case let value as Bool: slot.content = .value(.bool(value))
    case let value as String: slot.content = .value(.string(value))
    case let value as Double: slot.content = .value(.number(value))
    // The shortest text of a Float, parsed as a Double, prints as that text again.
    case let value as Float: slot.content = .value(.number(Double(value.description) ?? Double(value)))
    case let value as any FixedWidthInteger:
      guard let number = Int(exactly: value) else {
        let context = EncodingError.Context(codingPath: path, debugDescription: "\(value) is outside the range of Int")
        throw EncodingError.invalidValue(value, context)
      }
      slot.content = .value(.int(number))
    default:
      try value.encode(
        to: ValueEncoder(slot: slot, codingPath: path, keysAreData: value is any DictionaryOfData))
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    slot.openObject()
    return KeyedEncodingContainer(Keyed(slot: slot, codingPath: codingPath, keysAreData: keysAreData))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    slot.openArray()
    return Unkeyed(slot: slot, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(slot: slot, codingPath: codingPath) }

  struct Single: SingleValueEncodingContainer {
    let slot: Slot
    let codingPath: [any CodingKey]

    mutating func encodeNil() throws { slot.content = .value(.null) }
    mutating func encode<T: Encodable>(_ value: T) throws {
      try ValueEncoder.encode(value, into: slot, path: codingPath)
    }
  }

  struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: Slot
    let codingPath: [any CodingKey]
    let keysAreData: Bool

    private func child(_ key: any CodingKey) -> ValueEncoder {
      let name = keysAreData ? key.stringValue : snakeCase(key.stringValue)
      return ValueEncoder(slot: slot.insert(name), codingPath: codingPath + [key], keysAreData: false)
    }

    mutating func encodeNil(forKey key: Key) throws { child(key).slot.content = .value(.null) }
    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
      let child = child(key)
      try ValueEncoder.encode(value, into: child.slot, path: child.codingPath)
    }
    mutating func nestedContainer<K: CodingKey>(keyedBy type: K.Type, forKey key: Key) -> KeyedEncodingContainer<K> {
      child(key).container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      child(key).unkeyedContainer()
    }
    mutating func superEncoder() -> any Encoder { child(PathKey("super")) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { child(key) }
  }

  struct Unkeyed: UnkeyedEncodingContainer {
    let slot: Slot
    let codingPath: [any CodingKey]
    var count: Int { if case .array(let slots) = slot.content { slots.count } else { 0 } }

    private func child() -> ValueEncoder {
      let path = codingPath + [PathKey(index: count)]
      return ValueEncoder(slot: slot.append(), codingPath: path, keysAreData: false)
    }

    mutating func encodeNil() throws { child().slot.content = .value(.null) }
    mutating func encode<T: Encodable>(_ value: T) throws {
      let child = child()
      try ValueEncoder.encode(value, into: child.slot, path: child.codingPath)
    }
    mutating func nestedContainer<K: CodingKey>(keyedBy type: K.Type) -> KeyedEncodingContainer<K> {
      child().container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { child() }
  }
}
