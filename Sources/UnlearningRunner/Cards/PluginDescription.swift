import JSON
import ConfigYAML
import Data
import Experiments
import Unlearning

/// The card, traits and parameters of a plugin.
struct PluginDescription {
  var role: PluginRole
  var card: Card
  /// Module and Swift type: "FineTune.FineTuning".
  var swiftType: String
  /// The properties that depend on the role; names in snake_case.
  var traits: [JSONValue.Member]
  /// What an attack or a metric measures; nil for other roles.
  var measures: [MeasurementKind]?
  /// How to read the values of an attack or a metric.
  var reading: [String]
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
    swiftType = String(reflecting: plugin)
    traits = Self.traits(of: plugin, as: role)
    measures = (plugin as? any Probe.Type)?.measures
    reading = (plugin as? any Probe.Type)?.reading ?? []
    self.parameters = parameters(plugin)
  }

  private static func traits(of plugin: any Plugin.Type, as role: PluginRole) -> [JSONValue.Member] {
    var traits: [(String, JSONValue)] = []
    switch role {
    case .methods:
      guard let method = plugin as? any UnlearningMethod.Type else { break }
      traits = [("needs", names(method.needs)), ("serves", names(method.serves))]
    case .attacks, .metrics:
      guard let probe = plugin as? any Probe.Type else { break }
      traits = [("reads", names(probe.reads)), ("retrained_models_needed", .int(probe.retrainedModelsNeeded))]
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
      ("summary", .string(card.summary)), ("version", .int(card.version)), ("swift_type", .string(swiftType)),
      ("source", .object(source.map { JSONValue.Member(key: $0.0, value: $0.1) })),
    ]
    let kinds = measures.map { [JSONValue.Member(key: "measures", value: .array($0.map(\.json)))] } ?? []
    return .object(
      start.map { JSONValue.Member(key: $0.0, value: $0.1) } + traits + kinds
        + [JSONValue.Member(key: "parameters", value: .array(parameters.map(\.json)))])
  }

  /// Text for a terminal of `width` columns; nil for unlimited width.
  func text(width: Int?) -> String {
    let title = "\(card.name): \(card.title) (\(role.singular), version \(card.version))"
    var lines = title.wrapped(to: width) + [""]
    lines += card.summary.wrapped(to: width)
    for text in reading { lines += "- \(text)".wrapped(to: width, indent: "  ") }
    var facts = [("source", card.source.description), ("Swift type", swiftType)]
    for trait in traits {
      let words = trait.value.items?.map { $0.string ?? $0.description } ?? [trait.value.string ?? "\(trait.value)"]
      facts.append((trait.key.replacing("_", with: " "), words.isEmpty ? "nothing" : words.joined(separator: ", ")))
    }
    lines.append("")
    lines += TextTable(rows: facts.map { [$0.0, $0.1] }).lines(width: width)
    lines.append("")
    if let measures {
      let header = ["measurement", "unit", "better", "reference", "meaning"]
      let rows = measures.map { [$0.name, $0.unit.rawValue, $0.direction.rawValue, $0.reference.rawValue, $0.meaning] }
      lines += Self.table(header, rows, width) { "\($0[0]): \($0[1]), better \($0[2]), reference \($0[3])" } + [""]
    }
    guard !parameters.isEmpty else { return (lines + ["It has no parameters.", ""]).joined(separator: "\n") }
    let header = ["parameter", "type", "default", "range", "meaning"]
    let rows = parameters.map { parameter in
      [
        parameter.name, parameter.typeDescription, parameter.defaultValue.string ?? "\(parameter.defaultValue)",
        parameter.range == .any ? "" : parameter.range.requirement, parameter.summary,
      ]
    }
    lines += Self.table(header, rows, width) { row in
      "\(row[0]): \(row[1]), default \(row[2])" + (row[3].isEmpty ? "" : ", \(row[3])")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A table, or, where it is wider than the terminal, a paragraph for each row: `title`, and below it the last column.
  private static func table(
    _ header: [String], _ rows: [[String]], _ width: Int?, title: ([String]) -> String
  ) -> [String] {
    let table = TextTable(header: header, rows: rows)
    guard let width, table.width > width else { return table.lines(width: nil) }
    return rows.flatMap { row in
      title(row).wrapped(to: width) + (row.last ?? "").wrapped(to: width - 4).map { "    " + $0 }
    }
  }
}

extension MeasurementKind {
  /// As a JSON object.
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "unit": .string(unit.rawValue), "direction": .string(direction.rawValue),
      "reference": .string(reference.rawValue), "meaning": .string(meaning),
    ]
  }
}
