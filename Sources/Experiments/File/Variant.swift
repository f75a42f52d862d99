public import JSON
import ConfigYAML
public import Unlearning

/// A plugin with resolved parameters: one value of one axis of the grid.
public struct Variant: Sendable {
  /// The plugin's name.
  public let name: String
  /// The version of the plugin's card, part of cache keys.
  public let version: Int
  /// The swept parameters with their values, in the order of the file: `("tilt", "10")`.
  public let varied: [Assignment]
  /// All parameters, defaults included.
  public let parameters: JSONValue
  /// The parameters that results depend on: without locations and references.
  public let keyParameters: JSONValue
  /// The plugin with these parameters.
  public let plugin: any Plugin
  /// The plugin as a probe; nil unless it is an attack or a metric.
  let probe: (any Probe)?
  /// The reference retraining that the file sets for a method; nil where the method decides.
  ///
  /// Part of `parameters`, so that rows can be distinguished, but not of `keyParameters`: one unlearned model may be
  /// compared with several references.
  let reference: RetainSampling?
  /// The variant's part of cache keys, and its canonical text.
  let identity: JSONValue, identityText: String
  /// The form in which steps refer to the variant; stored, since the planner reads it for every step.
  let configured: Configured
  /// Its position in the file.
  var mark: Mark?
  /// The name in tables, where that is not the plugin's.
  var shownName: String?

  init(
    name: String, version: Int, varied: [Assignment], parameters: JSONValue, keyParameters: JSONValue,
    plugin: any Plugin, reference: RetainSampling? = nil
  ) {
    self.name = name
    self.version = version
    self.varied = varied
    self.parameters = parameters
    self.keyParameters = keyParameters
    self.plugin = plugin
    probe = plugin as? any Probe
    self.reference = reference
    identity = .object([
      .init(key: "name", value: .string(name)), .init(key: "version", value: .int(version)),
      .init(key: "parameters", value: keyParameters),
    ])
    identityText = identity.canonicalText
    configured = Configured(
      name: name, version: version,
      parameters: reference == nil ? parameters : parameters.removing(path: Self.referenceKey))
  }

  /// A copy with other swept parameters in its label.
  private init(_ other: Variant, varied: [Assignment]) {
    (name, version, parameters) = (other.name, other.version, other.parameters)
    (keyParameters, plugin, probe, reference) = (other.keyParameters, other.plugin, other.probe, other.reference)
    (identity, identityText, mark) = (other.identity, other.identityText, other.mark)
    shownName = other.shownName
    configured = other.configured
    self.varied = varied
  }

  /// One parameter and its value in a sweep.
  public struct Assignment: Sendable, Hashable {
    /// The path below the plugin, separated by dots.
    public var path: String
    /// The value as written in the file.
    public var value: String
  }

  /// The swept values, "tilt=10 temperature=0.1"; empty without a sweep.
  public var variedLabel: String { Self.text(of: varied) }
  /// The name, followed by the swept values in parentheses.
  public var label: String { label(of: varied) }
  /// The prefix of its measurement names: the label without the parameters that are in the names themselves.
  var measurementLabel: String {
    let named = probe.map { type(of: $0).parametersInNames } ?? []
    return label(of: varied.filter { !named.contains($0.path) })
  }

  /// Whether it is a method that reads the original model.
  var startsFromOriginal: Bool {
    (plugin as? any UnlearningMethod).map { type(of: $0).needs.contains(.originalModel) } ?? false
  }

  /// The retain sampling of a method's reference retraining; `shuffle` for other plugins.
  var comparedWith: RetainSampling { reference ?? (plugin as? any UnlearningMethod)?.reference ?? .shuffle }

  /// Full names of the measurements of other plugins that it reads.
  var measurementsRead: [String] { probe?.measurementsRead ?? [] }
  /// Whether the full name has the prefix of its measurements.
  func measures(_ name: String) -> Bool { name.hasPrefix(measurementLabel + ".") }
  /// The full name of one of its measurements without the prefix.
  func ownName(of name: String) -> String { String(name.dropFirst(measurementLabel.count + 1)) }
  /// Whether it makes, or may make, the measurement with this full name in a cell of these sizes.
  func makes(_ name: String, in cell: CellSizes) -> Bool {
    guard let names = probe?.measurementNames(in: cell) else { return true }
    return names.contains(ownName(of: name))
  }

  private func label(of varied: [Assignment]) -> String {
    varied.isEmpty ? shownName ?? name : "\(shownName ?? name)(\(Self.text(of: varied)))"
  }

  private static func text(of varied: [Assignment]) -> String {
    varied.map { "\($0.path)=\($0.value)" }.joined(separator: " ")
  }

  /// The parameters that name input files, each with its paths; those that are nil are omitted.
  var fileParameters: [(name: String, paths: [String])] {
    func fields<P: Plugin>(_ plugin: P) -> [ParameterField] { P.fields }
    return fields(plugin).filter(\.isFile).compactMap { field in
      guard let value = parameters.value(at: field.name) else { return nil }
      let paths = (value.string.map { [$0] } ?? value.items?.compactMap(\.string) ?? []).filter { !$0.isEmpty }
      return paths.isEmpty ? nil : (field.name, paths)
    }
  }

  /// `variants`, with unique labels for those of one plugin: differing parameters are added where sweeps do not show
  /// them.
  static func tellingTwinsApart(_ variants: [Variant]) -> [Variant] {
    var differing: [String: Set<String>] = [:]
    for (name, twins) in Dictionary(grouping: variants, by: \.name) where twins.count > 1 {
      guard Set(twins.map(\.varied)).count > 1 || twins.contains(where: \.varied.isEmpty) else { continue }
      var values: [String: Set<String>] = [:]
      var counts: [String: Int] = [:]
      for twin in twins {
        for (path, value) in twin.parameters.leaves {
          values[path, default: []].insert(value)
          counts[path, default: 0] += 1
        }
      }
      // A parameter that only some of them have also distinguishes them.
      differing[name] = Set(values.keys.filter { values[$0]?.count != 1 || counts[$0] != twins.count })
    }
    return variants.map { variant in
      guard let paths = differing[variant.name] else { return variant }
      let leaves = variant.parameters.leaves.filter { paths.contains($0.path) || $0.path == referenceKey }
      return Variant(variant, varied: leaves.map { Assignment(path: $0.path, value: $0.value) })
    }
  }
}

extension Variant {
  /// The key of a method's block that sets its reference retraining.
  static let referenceKey = "reference"

  /// The method compared with retraining under `reference` sampling; unchanged where that is its own choice.
  func compared(with reference: RetainSampling) -> Variant {
    guard reference != comparedWith else { return self }
    let isNamed = varied.contains { $0.path == Self.referenceKey }
    let assignment = Assignment(path: Self.referenceKey, value: reference.rawValue)
    let member = JSONValue.Member(key: Self.referenceKey, value: .string(reference.rawValue))
    return Variant(
      name: name, version: version, varied: isNamed ? varied : varied + [assignment],
      parameters: .object((parameters.members ?? []) + [member]), keyParameters: keyParameters, plugin: plugin,
      reference: reference)
  }
}

/// Reads variants from the nodes of an experiment file and reports all errors.
struct VariantReader {
  let diagnostics: Diagnostics

  /// All variants of a list of plugins, sweeps expanded.
  ///
  /// - Parameter known: The registered plugins of the role.
  func variants(in node: Node?, role: String, of known: [any Plugin.Type]) -> [Variant] {
    guard let node, let items = node.items(diagnostics) else { return [] }
    if items.isEmpty { diagnostics.report("at least one \(role) is needed", at: node.mark) }
    var result: [Variant] = []
    var listed: [Configured: Set<RetainSampling?>] = [:]
    for item in items {
      guard let (name, nameMark, parameters) = nameAndParameters(item, role: role) else { continue }
      guard let type = known.first(where: { $0.card.name == name }) else {
        diagnostics.report(unknownName(role, name, known: known.map { $0.card.name }), at: nameMark)
        continue
      }
      var twins: [Variant] = []
      let place = nameMark.or(item.mark)
      for variant in variants(of: type, parameters: parameters, at: place) {
        if !listed[variant.configured, default: []].insert(variant.reference).inserted { twins.append(variant) }
        var placed = variant
        placed.mark = place
        result.append(placed)
      }
      if let twin = twins.first {
        let others = twins.count == 1 ? "" : ", with \(twins.count - 1) others,"
        diagnostics.report("\(role) '\(twin.label)'\(others) is listed twice", at: place.or(node.mark))
      }
    }
    return Variant.tellingTwinsApart(result)
  }

  private func nameAndParameters(_ item: Node, role: String) -> (String, Mark, Node?)? {
    switch item {
    case .scalar(let scalar):
      return (scalar.text, scalar.mark, nil)
    case .mapping(let entries, _) where entries.count == 1:
      return (entries[0].key, entries[0].keyMark, entries[0].value)
    default:
      diagnostics.report(
        "expected the name of one \(role), or 'name: {parameters}', found \(item.kindDescription)", at: item.mark)
      return nil
    }
  }

  /// All variants of one plugin.
  private func variants<P: Plugin>(of type: P.Type, parameters: Node?, at mark: Mark) -> [Variant] {
    // Computed once, since a sweep can have thousands of cells.
    let defaults = (try? JSONValue(P())).map { Node($0) }
    let made = Sweep.expand(parameters, diagnostics: diagnostics).compactMap { cell in
      variant(of: type, cell: cell, defaults: defaults, at: mark).map { (cell, $0) }
    }
    return Sweep.distinct(made, by: \.parameters.canonicalText, diagnostics)
  }

  private func variant<P: Plugin>(of type: P.Type, cell: Sweep.Cell, defaults: Node?, at mark: Mark) -> Variant? {
    var node = cell.node
    var reference: RetainSampling?
    if type is any UnlearningMethod.Type, !P.fields.contains(where: { $0.name == Variant.referenceKey }),
      let written = node?[Variant.referenceKey]
    {
      guard let word = written.string(diagnostics) else { return nil }
      guard let found = RetainSampling(rawValue: word) else {
        let known = RetainSampling.allCases.map(\.rawValue)
        diagnostics.report(unknownName("reference", word, known: known), at: written.mark)
        return nil
      }
      reference = found
      node = node?.removing(Variant.referenceKey)
    }
    guard let (values, parameters) = decode(P.self, from: node, defaults: defaults) else { return nil }
    do throws(ParameterError) {
      let plugin = try P(values)
      let variant = Variant(
        name: P.card.name, version: P.card.version, varied: cell.assignments, parameters: parameters,
        keyParameters: P.fields.filter { $0.isLocation || $0.isFile }
          .reduce(parameters) { $0.removing(path: $1.name) },
        plugin: plugin)
      return reference.map(variant.compared(with:)) ?? variant
    } catch {
      report(error, in: node, at: mark)
      return nil
    }
  }

  /// Decodes one parameter set over its defaults; also returns the resolved parameters.
  ///
  /// - Parameter defaults: The defaults of `P` as a node, if the caller has them.
  func decode<P: ParameterSet>(
    _ type: P.Type, from node: Node?, defaults: Node? = nil
  ) -> (values: P, parameters: JSONValue)? {
    let before = diagnostics.reports
    let known = P.fields.map { String($0.name.prefix { $0 != "." }) }
    let decoded =
      if let defaults {
        ConfigYAML.decode(P.self, from: node, fallback: defaults, knownKeys: known, diagnostics: diagnostics)
      } else {
        ConfigYAML.decode(P.self, from: node, defaults: P(), knownKeys: known, diagnostics: diagnostics)
      }
    guard let values = decoded, diagnostics.reports == before else { return nil }
    guard let parameters = try? JSONValue(values) else { return nil }
    return (values, parameters)
  }

  /// Reports every problem at the position of its value.
  func report(_ error: ParameterError, in node: Node?, at mark: Mark) {
    for problem in error.problems {
      var place = node
      for key in problem.parameter.split(separator: ".") { place = place?[String(key)] ?? place }
      let known = place.flatMap { $0.mark == .generated ? nil : $0.mark }
      diagnostics.report("'\(problem.parameter)' \(problem.message)", at: known ?? mark)
    }
  }
}

extension JSONValue {
  /// All scalars with their paths, keys separated by dots.
  var leaves: [(path: String, value: String)] {
    guard let members else { return [("", string ?? description)] }
    return members.flatMap { member in
      member.value.leaves.map { leaf in
        (leaf.path.isEmpty ? member.key : "\(member.key).\(leaf.path)", leaf.value)
      }
    }
  }

  /// This object without the member at `path`.
  func removing(path: String) -> JSONValue {
    guard let members else { return self }
    let (head, tail) = path.firstSplit
    return .object(
      members.compactMap { member in
        guard member.key == head else { return member }
        return tail.map { Member(key: head, value: member.value.removing(path: $0)) }
      })
  }

  /// The value at `path`; nil if there is none.
  func value(at path: String) -> JSONValue? {
    let (head, tail) = path.firstSplit
    return tail.map { self[head]?.value(at: $0) } ?? self[head]
  }
}

extension String {
  /// The text before and after the first dot.
  var firstSplit: (head: String, tail: String?) {
    guard let dot = firstIndex(of: ".") else { return (self, nil) }
    return (String(self[..<dot]), String(self[index(after: dot)...]))
  }
}
