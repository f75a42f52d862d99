public import JSON

/// A value of a YAML document with its position in the text.
public indirect enum Node: Sendable {
  /// A single value: text whose type the reader decides.
  case scalar(Scalar)
  /// A list of values, with its position.
  case sequence([Node], Mark)
  /// Keys with their values in the order of the text, with its position.
  case mapping([Entry], Mark)

  /// The text of a single value.
  public struct Scalar: Sendable, Hashable {
    /// The text, without quotes and with escapes resolved.
    public var text: String
    /// Whether the text is neither quoted nor a block.
    public var isPlain: Bool
    /// The position of the first character.
    public var mark: Mark

    /// A scalar with all its parts.
    public init(text: String, isPlain: Bool, mark: Mark) {
      self.text = text
      self.isPlain = isPlain
      self.mark = mark
    }
  }

  /// One key of a mapping with its value.
  public struct Entry: Sendable {
    /// The key.
    public var key: String
    /// The position of the key.
    public var keyMark: Mark
    /// The value.
    public var value: Node

    /// An entry with all its parts.
    public init(key: String, keyMark: Mark, value: Node) {
      self.key = key
      self.keyMark = keyMark
      self.value = value
    }
  }

  /// The position where the value starts.
  public var mark: Mark {
    switch self {
    case .scalar(let scalar): scalar.mark
    case .sequence(_, let mark), .mapping(_, let mark): mark
    }
  }

  /// A description for messages: "a mapping", "a sequence", "'text'" or "nothing".
  public var kindDescription: String {
    switch self {
    case .scalar(let scalar) where scalar.isPlain && scalar.text.isEmpty: "nothing"
    case .scalar(let scalar): quoted(scalar.text)
    case .sequence: "a sequence"
    case .mapping: "a mapping"
    }
  }

  /// Whether the value is an unquoted `null` or `~`, or empty.
  public var isNull: Bool {
    if case .scalar(let scalar) = self { scalar.isPlain && ["", "~", "null"].contains(scalar.text) } else { false }
  }

  /// The entries of a mapping; nil for other values.
  public var entries: [Entry]? {
    if case .mapping(let entries, _) = self { entries } else { nil }
  }

  /// The values of a sequence; nil for other values.
  public var items: [Node]? {
    if case .sequence(let items, _) = self { items } else { nil }
  }

  /// The value of `key`; nil if this is not a mapping or has no such key.
  public subscript(key: String) -> Node? {
    entries?.first { $0.key == key }?.value
  }

  /// This mapping with `key` set to `value`: replaced in place, or appended.
  ///
  /// A null becomes a mapping with one key; other values are unchanged.
  public func setting(_ key: String, to value: Node) -> Node {
    guard var entries = isNull ? [] : entries else { return self }
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index].value = value
    } else {
      entries.append(Entry(key: key, keyMark: value.mark, value: value))
    }
    return .mapping(entries, mark)
  }

  /// This mapping without `key`; other values are unchanged.
  public func removing(_ key: String) -> Node {
    guard let entries else { return self }
    return .mapping(entries.filter { $0.key != key }, mark)
  }

  /// The same value with all its positions in the added text of this number.
  public func inText(_ number: Int) -> Node {
    switch self {
    case .scalar(var scalar):
      scalar.mark = scalar.mark.inText(number)
      return .scalar(scalar)
    case .sequence(let items, let mark): return .sequence(items.map { $0.inText(number) }, mark.inText(number))
    case .mapping(let entries, let mark):
      let moved = entries.map { entry in
        Entry(key: entry.key, keyMark: entry.keyMark.inText(number), value: entry.value.inText(number))
      }
      return .mapping(moved, mark.inText(number))
    }
  }

  /// The node for a JSON value; every node gets the position `mark`.
  ///
  /// Strings count as quoted, so that they are never parsed as numbers.
  public init(_ value: JSONValue, mark: Mark = .generated) {
    switch value {
    case .null: self = .scalar(Scalar(text: "null", isPlain: true, mark: mark))
    case .bool(let value): self = .scalar(Scalar(text: value ? "true" : "false", isPlain: true, mark: mark))
    case .int(let value): self = .scalar(Scalar(text: value.description, isPlain: true, mark: mark))
    case .number(let value): self = .scalar(Scalar(text: numberText(value), isPlain: true, mark: mark))
    case .string(let value): self = .scalar(Scalar(text: value, isPlain: false, mark: mark))
    case .array(let items): self = .sequence(items.map { Node($0, mark: mark) }, mark)
    case .object(let members):
      let entries = members.map { Entry(key: $0.key, keyMark: mark, value: Node($0.value, mark: mark)) }
      self = .mapping(entries, mark)
    }
  }
}
