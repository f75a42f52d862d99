import JSON

/// Builds the node tree of one document from events, within the limits of `YAMLDocument`.
///
/// Reports every error after which it can continue; `Stop` means that it cannot, and that the error is reported.
struct TreeBuilder {
  private struct Stop: Error {}

  /// A finished value with its cost: the number of values in it, and its depth of nesting.
  private struct Built {
    var node: Node
    var count = 1
    var height = 0
  }

  private let reader: EventReader
  private let diagnostics: Diagnostics
  private let text: String
  private var anchors: [String: Built] = [:]
  private var aliases = 0
  private var total = 0

  private init(reader: EventReader, diagnostics: Diagnostics, text: String) {
    self.reader = reader
    self.diagnostics = diagnostics
    self.text = text
  }

  /// The root of the only document in `text`; nil after an error, which is then reported.
  static func build(_ text: String, diagnostics: Diagnostics) -> Node? {
    let root = EventReader.read(text) { reader -> Node? in
      var builder = TreeBuilder(reader: reader, diagnostics: diagnostics, text: text)
      return try? builder.document()
    }
    if root == nil { diagnostics.report("there is not enough memory to read the file", at: nil) }
    return root ?? nil
  }

  private func next() throws(Stop) -> Event {
    do throws(SyntaxProblem) {
      return try reader.next()
    } catch {
      let (message, mark) = error.explained(source: diagnostics.source, text: text)
      throw stop(message, at: mark)
    }
  }

  private func stop(_ message: String, at mark: Mark) -> Stop {
    diagnostics.report(message, at: mark)
    return Stop()
  }

  private mutating func document() throws(Stop) -> Node {
    _ = try next()  // the start of the stream
    if case .streamEnd = try next().kind { throw stop("the document is empty", at: Mark(line: 1, column: 1)) }
    let root = try node(try next(), depth: 0)
    _ = try next()  // the end of the document
    let after = try next()
    guard case .streamEnd = after.kind else {
      throw stop("expected one document, a second one starts here", at: after.mark)
    }
    return root.node
  }

  private mutating func node(_ event: Event, depth: Int) throws(Stop) -> Built {
    if let tag = event.tag {
      diagnostics.report("the tag \(quoted(tag)) is not supported: the setting decides the type", at: event.mark)
    }
    var built: Built
    switch event.kind {
    case .alias(let name): return try expanded(name, event.mark, depth: depth)
    case .scalar(let text, let isPlain):
      built = Built(node: .scalar(Node.Scalar(text: text, isPlain: isPlain, mark: event.mark)))
    case .sequenceStart: built = try sequence(event.mark, depth: depth + 1)
    case .mappingStart: built = try mapping(event.mark, depth: depth + 1)
    default: throw stop("expected a value", at: event.mark)
    }
    try charge(1, at: event.mark)
    if let anchor = event.anchor { anchors[anchor] = built }
    return built
  }

  private mutating func charge(_ count: Int, at mark: Mark) throws(Stop) {
    total += count
    guard total <= YAMLDocument.maximumNodes else {
      throw stop("the document has more than \(YAMLDocument.maximumNodes) values, counting aliases in full", at: mark)
    }
  }

  private func check(depth: Int, at mark: Mark) throws(Stop) {
    guard depth <= YAMLDocument.maximumDepth else {
      throw stop("nested deeper than \(YAMLDocument.maximumDepth) levels", at: mark)
    }
  }

  private mutating func expanded(_ name: String, _ mark: Mark, depth: Int) throws(Stop) -> Built {
    guard let built = anchors[name] else {
      diagnostics.report("no value before this one has the anchor '&\(name)'", at: mark)
      return Built(node: .scalar(Node.Scalar(text: "", isPlain: true, mark: mark)))
    }
    aliases += 1
    guard aliases <= YAMLDocument.maximumAliases else {
      throw stop("more than \(YAMLDocument.maximumAliases) aliases", at: mark)
    }
    try charge(built.count, at: mark)
    try check(depth: depth + built.height, at: mark)
    return built
  }

  private mutating func sequence(_ mark: Mark, depth: Int) throws(Stop) -> Built {
    try check(depth: depth, at: mark)
    var items: [Node] = []
    var count = 1
    var height = 0
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind { break }
      let item = try node(event, depth: depth)
      items.append(item.node)
      count += item.count
      height = max(height, item.height)
    }
    return Built(node: .sequence(items, mark), count: count, height: height + 1)
  }

  private mutating func mapping(_ mark: Mark, depth: Int) throws(Stop) -> Built {
    try check(depth: depth, at: mark)
    var entries: [Node.Entry] = []
    var places: [String: Mark] = [:]
    var count = 1
    var height = 0
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { break }
      let key = try node(event, depth: depth)
      let value = try node(try next(), depth: depth)
      count += key.count + value.count
      height = max(height, value.height)
      guard let name = name(of: key.node, at: event.mark) else { continue }
      if let first = places[name] {
        diagnostics.report("key \(quoted(name)) is given twice; first at \(first)", at: event.mark)
      } else {
        places[name] = event.mark
        entries.append(Node.Entry(key: name, keyMark: event.mark, value: value.node))
      }
    }
    return Built(node: .mapping(entries, mark), count: count, height: height + 1)
  }

  /// The text of a key; reports an error and returns nil if the value cannot be a key.
  private func name(of key: Node, at mark: Mark) -> String? {
    guard case .scalar(let scalar) = key else {
      diagnostics.report("a key must be a text, found \(key.kindDescription)", at: mark)
      return nil
    }
    if scalar.isPlain, scalar.text.isEmpty {
      diagnostics.report("expected a key before ':'", at: mark)
      return nil
    }
    if scalar.isPlain, scalar.text == "<<" {
      diagnostics.report("merge keys ('<<') are not supported; write the keys out", at: mark)
      return nil
    }
    return scalar.text
  }
}
