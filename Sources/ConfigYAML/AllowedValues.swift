import JSON

/// Enumerations with String raw values: the texts that they accept, and the message for any other.
enum AllowedValues {
  /// `node` with its text replaced by the matching raw value: a case named `fineTune` also accepts `fine-tune`.
  static func adapted(_ node: Node, for type: Any.Type) -> Node {
    guard case .scalar(var scalar) = node, let type = type as? any RawRepresentable.Type,
      !accepts(type, scalar.text), accepts(type, camelCase(scalar.text))
    else { return node }
    scalar.text = camelCase(scalar.text)
    return .scalar(scalar)
  }

  /// The message for a value that matches no case; nil if `type` is not an enumeration with String raw values.
  static func message(for type: Any.Type, found node: Node) -> String? {
    guard let type = type as? any RawRepresentable.Type, hasTexts(type) else { return nil }
    guard let iterable = type as? any CaseIterable.Type else {
      return "\(node.kindDescription) is not a value of \(type)"
    }
    let cases = texts(of: iterable)
    var hint = ""
    if case .scalar(let scalar) = node, let near = nearest(scalar.text, in: cases) { hint = "did you mean '\(near)'?" }
    let expected = cases.count < 2 ? cases.joined() : "one of " + cases.joined(separator: ", ")
    return ReadingError(expected: expected, found: node, hint: hint).message
  }

  private static func hasTexts<R: RawRepresentable>(_ type: R.Type) -> Bool { R.RawValue.self == String.self }

  private static func accepts<R: RawRepresentable>(_ type: R.Type, _ text: String) -> Bool {
    guard let raw = text as? R.RawValue else { return false }
    return R(rawValue: raw) != nil
  }

  /// The texts of all cases as users write them.
  private static func texts<C: CaseIterable>(of type: C.Type) -> [String] {
    C.allCases.compactMap { value in
      guard let raw = (value as? any RawRepresentable)?.rawValue as? String else { return nil }
      let isCamelCase = raw.first?.isLowercase == true && camelCase(kebabCase(raw)) == raw
      return isCamelCase ? kebabCase(raw) : raw
    }
  }
}

extension Node {
  /// The value as a primitive `type`; nil if `type` is not primitive.
  func readPrimitive<T>(_ type: T.Type) throws(ReadingError) -> T? {
    switch type {
    case is String.Type: return try readString() as? T
    case is Bool.Type: return try readBool() as? T
    case let type as any FixedWidthInteger.Type: return try anyInteger(type) as? T
    case let type as any (BinaryFloatingPoint & LosslessStringConvertible).Type: return try anyFloating(type) as? T
    default: return nil
    }
  }

  private func anyInteger<I: FixedWidthInteger>(_ type: I.Type) throws(ReadingError) -> Any { try readInteger(type) }

  private func anyFloating<F>(_ type: F.Type) throws(ReadingError) -> Any
  where F: BinaryFloatingPoint & LosslessStringConvertible { try readFloating(type) }
}
