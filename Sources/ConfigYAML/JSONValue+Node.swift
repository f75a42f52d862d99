public import JSON

extension JSONValue {
  /// The value of a YAML node; unquoted texts become null, booleans and numbers if they parse as such.
  public init(_ node: Node) {
    switch node {
    case .sequence(let items, _): self = .array(items.map { JSONValue($0) })
    case .mapping(let entries, _): self = .object(entries.map { Member(key: $0.key, value: JSONValue($0.value)) })
    case .scalar(let scalar):
      if !scalar.isPlain {
        self = .string(scalar.text)
      } else if node.isNull {
        self = .null
      } else if let value = try? node.readBool() {
        self = .bool(value)
      } else if let value = try? node.readInteger(Int.self) {
        self = .int(value)
      } else if let value = try? node.readFloating(Double.self) {
        self = .number(value)
      } else {
        self = .string(scalar.text)
      }
    }
  }

  /// Parses JSON text; `file` is its name in messages.
  public init(parsing text: String, file: String = "<json>") throws(DiagnosticList) {
    do throws(JSONError) {
      self = try JSONValue(json: text)
    } catch {
      let lines = SourceText(String(decoding: text.utf8.prefix(error.offset), as: UTF8.self)).lines
      let mark = Mark(line: lines.count, column: lines[lines.count - 1].unicodeScalars.count + 1)
      let diagnostics = Diagnostics(file: file, text: text)
      diagnostics.report(error.message, at: mark)
      throw diagnostics.list
    }
  }

  /// The value as a `T`, whose keys are snake_case here; throws all errors at once.
  public func decode<T: Decodable>(_ type: T.Type) throws(DiagnosticList) -> T {
    let diagnostics = Diagnostics(file: "<json>", text: "")
    let value = ConfigYAML.decode(type, from: Node(self), diagnostics: diagnostics)
    try diagnostics.throwIfAny()
    guard let value else { throw diagnostics.list }
    return value
  }
}

extension Node {
  /// The canonical text of the value; unquoted texts become null, booleans and numbers if they parse as such.
  public var canonicalJSON: String { JSONValue(self).canonicalText }
}
