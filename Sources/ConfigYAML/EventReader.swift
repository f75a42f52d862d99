import CYAML

/// An event of libyaml's parser.
struct Event {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias(String)
    case scalar(text: String, isPlain: Bool)
    case sequenceStart, sequenceEnd, mappingStart, mappingEnd
  }

  var kind: Kind
  var mark: Mark
  var anchor: String?
  var tag: String?
}

/// The error that made libyaml stop.
struct SyntaxProblem: Error {
  var problem: String
  var mark: Mark
  var context: String?
  var contextMark: Mark
  /// Set if libyaml gives only a byte offset instead of a line and column.
  var byteOffset: Int?
}

/// Reads the events of a text one by one.
///
/// The only file that calls libyaml.
final class EventReader {
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  private init(_ parser: UnsafeMutablePointer<yaml_parser_t>) { self.parser = parser }

  /// Calls `body` with a reader of `text`, valid only during the call; nil if memory is exhausted.
  static func read<R>(_ text: String, _ body: (EventReader) -> R) -> R? {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else { return nil }
    defer { yaml_parser_delete(parser) }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    // libyaml keeps a pointer to the text, so all calls to it stay inside this closure.
    return Array(text.utf8).withUnsafeBufferPointer { bytes in
      let nothing: StaticString = ""
      yaml_parser_set_input_string(parser, bytes.baseAddress ?? nothing.utf8Start, bytes.count)
      return body(EventReader(parser))
    }
  }

  func next() throws(SyntaxProblem) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { yaml_event_delete(&event) }
    let mark = Mark(event.start_mark)
    switch event.type {
    case YAML_STREAM_START_EVENT: return Event(kind: .streamStart, mark: mark)
    case YAML_DOCUMENT_START_EVENT: return Event(kind: .documentStart, mark: mark)
    case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, mark: mark)
    case YAML_ALIAS_EVENT: return Event(kind: .alias(string(event.data.alias.anchor) ?? ""), mark: mark)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let kind = Event.Kind.scalar(text: text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
      return Event(kind: kind, mark: mark, anchor: string(scalar.anchor), tag: string(scalar.tag))
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      return Event(kind: .sequenceStart, mark: mark, anchor: string(start.anchor), tag: string(start.tag))
    case YAML_SEQUENCE_END_EVENT: return Event(kind: .sequenceEnd, mark: mark)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      return Event(kind: .mappingStart, mark: mark, anchor: string(start.anchor), tag: string(start.tag))
    case YAML_MAPPING_END_EVENT: return Event(kind: .mappingEnd, mark: mark)
    default: return Event(kind: .streamEnd, mark: mark)
    }
  }

  private func problem() -> SyntaxProblem {
    let state = parser.pointee
    return SyntaxProblem(
      problem: state.problem.map { String(cString: $0) } ?? "the text cannot be read",
      mark: Mark(state.problem_mark),
      context: state.context.map { String(cString: $0) },
      contextMark: Mark(state.context_mark),
      byteOffset: state.error == YAML_READER_ERROR ? Int(state.problem_offset) : nil)
  }

  private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    text.map { String(cString: $0) }
  }
}

extension Mark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
