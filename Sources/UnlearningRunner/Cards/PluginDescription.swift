import JSON
import ConfigYAML
import Data
import Unlearning

/// The card, traits and parameters of a plugin.
struct PluginDescription {
  var role: PluginRole
  var card: Card
  /// The properties that depend on the role; names in snake_case.
  var traits: [JSONValue.Member]
  var parameters: [ParameterDescription]

  /// The plugins of `roles`, grouped by role.
  static func all(of roles: [PluginRole], in registry: Registry) -> [PluginDescription] {
    roles.flatMap { role in role.plugins(in: registry).map { PluginDescription(role: role, $0) } }
  }

  init(role: PluginRole, _ plugin: any Plugin.Type) {
    func parameters<P: Plugin>(_ type: P.Type) -> [ParameterDescription] {
      ParameterDescription.all(of: P.self)
    }
    self.role = role
    card = plugin.card
    traits = Self.traits(of: plugin, as: role)
    self.parameters = parameters(plugin)
  }

  private static func traits(of plugin: any Plugin.Type, as role: PluginRole) -> [JSONValue.Member] {
    var traits: [(String, JSONValue)] = []
    switch role {
    case .methods:
      guard let method = plugin as? any UnlearningMethod.Type else { break }
      traits = [("needs", names(method.needs)), ("serves", names(method.serves))]
    case .attacks:
      guard let attack = plugin as? any Attack.Type else { break }
      traits = [("reads", names(attack.reads)), ("retrained_models_needed", .int(attack.retrainedModelsNeeded))]
    case .metrics:
      guard let metric = plugin as? any Metric.Type else { break }
      traits = [
        ("unit", .string(metric.unit.rawValue)), ("direction", .string(metric.direction.rawValue)),
        ("reference", .string(metric.reference.rawValue)), ("reads", names(metric.reads)),
        ("retrained_models_needed", .int(metric.retrainedModelsNeeded)),
      ]
    case .datasets:
      guard let dataset = plugin as? any DatasetSource.Type else { break }
      traits = [
        ("files", .array(dataset.remoteFiles.map { .string($0.url) })),
        ("by_hand", dataset.gotByHand.map { .string($0) } ?? .null),
      ]
    case .architectures: break
    }
    return traits.map { JSONValue.Member(key: $0.0, value: $0.1) }
  }

  /// In the order of the cases, so that equal sets give equal texts.
  private static func names<Kind: CaseIterable & Hashable & RawRepresentable<String>>(_ set: Set<Kind>) -> JSONValue {
    .array(Kind.allCases.filter(set.contains).map { .string($0.rawValue) })
  }

  /// As a JSON object.
  var json: JSONValue {
    var source: [(String, JSONValue)] = [
      ("authors", .string(card.source.authors)), ("venue", .string(card.source.venue)),
    ]
    if let arXiv = card.source.arXiv { source.append(("arxiv", .string(arXiv))) }
    if let place = card.source.place { source.append(("place", .string(place))) }
    let start: [(String, JSONValue)] = [
      ("role", .string(role.singular)), ("name", .string(card.name)), ("title", .string(card.title)),
      ("summary", .string(card.summary)), ("version", .int(card.version)),
      ("source", .object(source.map { JSONValue.Member(key: $0.0, value: $0.1) })),
    ]
    return .object(
      start.map { JSONValue.Member(key: $0.0, value: $0.1) } + traits
        + [JSONValue.Member(key: "parameters", value: .array(parameters.map(\.json)))])
  }

  /// Text for a terminal of `width` columns; nil for unlimited width.
  func text(width: Int?) -> String {
    let title = "\(card.name): \(card.title) (\(role.singular), version \(card.version))"
    var lines = TextTable.wrapped(title, width) + [""]
    lines += TextTable.wrapped(card.summary, width)
    var facts = [("source", card.source.description)]
    for trait in traits {
      let words = trait.value.items?.map { $0.string ?? $0.description } ?? [trait.value.string ?? "\(trait.value)"]
      facts.append((trait.key.replacing("_", with: " "), words.isEmpty ? "nothing" : words.joined(separator: ", ")))
    }
    lines.append("")
    lines += TextTable(rows: facts.map { [$0.0, $0.1] }).lines(width: width)
    lines.append("")
    guard !parameters.isEmpty else { return (lines + ["It has no parameters.", ""]).joined(separator: "\n") }
    let header = ["parameter", "type", "default", "range", "meaning"]
    let rows = parameters.map { parameter in
      [
        parameter.name, parameter.typeDescription, parameter.defaultValue.string ?? "\(parameter.defaultValue)",
        parameter.range == .any ? "" : parameter.range.requirement, parameter.summary,
      ]
    }
    let table = TextTable(header: header, rows: rows)
    if let width, table.width > width {
      lines += rows.flatMap { row in
        let range = row[3].isEmpty ? "" : ", \(row[3])"
        return TextTable.wrapped("\(row[0]): \(row[1]), default \(row[2])\(range)", width)
          + TextTable.wrapped(row[4], width - 4).map { "    " + $0 }
      }
    } else {
      lines += table.lines(width: nil)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
