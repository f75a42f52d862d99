import JSON

/// One step of a path: from a value to a value that it contains.
enum Step: CustomStringConvertible {
  case key(String)
  case index(Int)

  var description: String {
    switch self {
    case .key(let key): key
    case .index(let index): "[\(index)]"
    }
  }
}

extension Node {
  /// The longest prefix of a coding path that exists in this tree.
  func steps(along path: [any CodingKey]) -> [Step] {
    var steps: [Step] = []
    var node = self
    for key in path {
      switch node {
      case .mapping:
        let converted = key is PathKey ? key.stringValue : snakeCase(key.stringValue)
        guard let name = [converted, key.stringValue].first(where: { node[$0] != nil }), let value = node[name] else {
          return steps
        }
        steps.append(.key(name))
        node = value
      case .sequence(let items, _):
        guard let index = key.intValue, items.indices.contains(index) else { return steps }
        steps.append(.index(index))
        node = items[index]
      case .scalar: return steps
      }
    }
    return steps
  }

  /// The value at the end of `steps`.
  func value(at steps: [Step]) -> Node? {
    var node = self
    for step in steps {
      switch (step, node) {
      case (.key(let key), .mapping):
        guard let value = node[key] else { return nil }
        node = value
      case (.index(let index), .sequence(let items, _)):
        guard items.indices.contains(index) else { return nil }
        node = items[index]
      default: return nil
      }
    }
    return node
  }

  /// This tree without the value at the end of `steps`.
  func removing(_ steps: ArraySlice<Step>) -> Node {
    guard let step = steps.first else { return self }
    let rest = steps.dropFirst()
    switch (step, self) {
    case (.key(let key), .mapping):
      guard !rest.isEmpty, let value = self[key] else { return removing(key) }
      return setting(key, to: value.removing(rest))
    case (.index(let index), .sequence(var items, let mark)):
      guard items.indices.contains(index) else { return self }
      if rest.isEmpty { items.remove(at: index) } else { items[index] = items[index].removing(rest) }
      return .sequence(items, mark)
    default: return self
    }
  }
}
