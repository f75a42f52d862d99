import ConfigYAML

/// A value that replaces one of a file: `--set training.epochs=200`.
struct Override {
  private let path: [String]
  private let value: Node
  /// Where errors in it are: the argument as a whole.
  private let mark: Mark

  /// What errors name as their place.
  static func place(of text: String) -> String { "--set \(text.shownName())" }

  /// Deeper than any experiment; a path is followed by recursion, and the stack is finite.
  private static let longestPath = 64

  /// Reads "path.to.key=value"; a number in the path, `list.0` or `list[0]`, is the index in a list, from 0.
  ///
  /// - Returns: nil, with a diagnostic, if the text is not of this form.
  init?(_ text: String, _ diagnostics: Diagnostics) {
    let number = diagnostics.addText(Self.place(of: text))
    mark = Mark(line: 1, column: 1).inText(number)
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      diagnostics.report("expected path=value", at: mark)
      return nil
    }
    path = text[..<equals].split { ".[]".contains($0) }.map(String.init)
    guard path.count <= Self.longestPath else {
      diagnostics.report(
        "the path has \(path.count) parts; at most \(Self.longestPath) are possible", at: mark)
      return nil
    }
    guard text[..<equals].wholeMatch(of: /[^.\[\]]+(\.[^.\[\]]+|\[[0-9]+\])*/) != nil else {
      let hint = path.isEmpty ? "a path names at least one key" : "write '\(path.joined(separator: "."))=…'"
      diagnostics.report("the path has a dot or a bracket too many; \(hint)", at: mark)
      return nil
    }
    do {
      value = try YAMLDocument(text: String(text[text.index(after: equals)...]), file: text).root.inText(number)
    } catch {
      for diagnostic in error.diagnostics { diagnostics.report(diagnostic.message, at: mark) }
      return nil
    }
  }

  /// `root` with the value at the path; unchanged, with a diagnostic, where the path does not exist.
  func applied(to root: Node, _ diagnostics: Diagnostics) -> Node {
    replacing(root, path[...], done: [], diagnostics)
  }

  private func refuse(_ node: Node, _ problem: String, _ diagnostics: Diagnostics) -> Node {
    diagnostics.report(problem, at: mark)
    return node
  }

  private func replacing(_ node: Node, _ rest: ArraySlice<String>, done: [String], _ diagnostics: Diagnostics) -> Node {
    guard let head = rest.first else { return value }
    let next = rest.dropFirst()
    let place = done.joined(separator: ".")
    switch node {
    case .sequence(var items, let mark):
      guard let index = Int(head), items.indices.contains(index) else {
        let numbers = items.isEmpty ? "which is empty" : "whose items are 0 to \(items.count - 1)"
        let hint = Int(head) == nil ? "; '\(place)=…' replaces it whole" : ""
        return refuse(node, "'\(head)' is no item of the list '\(place)', \(numbers)\(hint)", diagnostics)
      }
      if !next.isEmpty, let name = pluginName(items[index], at: done), name != next.first {
        // The path of a plugin's parameter continues with the plugin's name after the list item.
        let spelling = (done + [head, name] + next).joined(separator: ".")
        return refuse(
          node, "'\(place).\(head)' is the plugin '\(name)'; its parameters are named by '\(spelling)=…'", diagnostics)
      }
      items[index] = replacing(items[index], next, done: done + [head], diagnostics)
      return .sequence(items, done.isEmpty ? mark : changed(done))
    case .scalar(let scalar) where !node.isNull:
      // A plugin that is written as a name alone becomes a mapping with parameters.
      guard scalar.text == head, !next.isEmpty else {
        let whole = place.isEmpty ? "the file" : "'\(place)'"
        return refuse(
          node, "\(whole) is the value '\(scalar.text)', which has no '\(head)' in it; '\(place)=…' replaces it whole",
          diagnostics)
      }
      let inner = replacing(empty(done + [head]), next, done: done + [head], diagnostics)
      return .mapping([.init(key: head, keyMark: node.mark, value: inner)], changed(done))
    default:
      // A key may have dots itself: 'zip.training.epochs', 'exclude.0.original_training.epochs'.
      let length = rest.indices.last { node[rest[...$0].joined(separator: ".")] != nil } ?? rest.startIndex
      let (head, next) = (rest[...length].joined(separator: "."), rest[(length + 1)...])
      let inner = node[head] ?? empty(done + [head])
      let whole = node.setting(head, to: replacing(inner, next, done: done + [head], diagnostics))
      guard !done.isEmpty, let entries = whole.entries else { return whole }
      return .mapping(entries, changed(done))
    }
  }

  /// A mapping that the file lacks.
  private func empty(_ path: [String]) -> Node { .mapping([], changed(path)) }

  /// The place of the list or mapping at `path`, which is not what the file says any more: its errors are those of the
  /// override.
  ///
  /// Those of different depths differ in position, by which readers recognize values.
  private func changed(_ path: [String]) -> Mark { Mark(line: 0, column: path.count).inText(mark.text) }

  /// The name of the plugin that an item of a plugin list configures.
  private func pluginName(_ item: Node, at list: [String]) -> String? {
    guard list.count == 1, ExperimentKey(rawValue: list[0])?.plugin != nil else {
      return nil
    }
    if case .scalar(let scalar) = item { return scalar.text }
    return item.entries?.count == 1 ? item.entries?[0].key : nil
  }
}

extension Mark {
  /// The place of an error that a value of `other` is part of, or that is in an item of the list there: of the two the one
  /// that an override has changed.
  func or(_ other: Mark?) -> Mark { text > 0 ? self : other.flatMap { $0.text > 0 ? $0 : nil } ?? self }
}
