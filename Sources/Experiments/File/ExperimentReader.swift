import ConfigYAML
import Data
import Foundation
import Unlearning

/// Reads the blocks of an experiment file and reports all errors instead of stopping at the first.
struct ExperimentReader {
  let root: Node
  let folder: URL
  let registry: Registry
  let diagnostics: Diagnostics

  struct Parts {
    var name: String
    var seeds: Seeds
    var validationFraction: Double
    var data: [Variant]
    var architectures: [Variant]
    var recipes: [RecipeVariant]
    var forget: [ForgetEntry]
    var methods: [Variant]
    var attacks: [Variant]
    var metrics: [Variant]
    var exclusions: [Exclusion]
  }

  static let keys = [
    "experiment", "seeds", "data", "validation_fraction", "architectures", "training", "forget", "methods", "attacks",
    "metrics", "exclude",
  ]
  private static let required = ["experiment", "data", "architectures", "forget", "methods", "metrics"]

  func read() -> Parts? {
    guard root.entries(diagnostics) != nil else { return nil }
    root.reportUnknownKeys(known: Self.keys, diagnostics)
    for key in Self.required where root[key] == nil { diagnostics.report("the key '\(key)' is missing", at: nil) }
    let variants = VariantReader(diagnostics: diagnostics)
    let parts = Parts(
      name: name(), seeds: seeds(), validationFraction: validationFraction(),
      data: variants.variants(in: root["data"], role: "data set", of: registry.datasets),
      architectures: variants.variants(in: root["architectures"], role: "architecture", of: registry.architectures),
      recipes: recipes(variants), forget: forget(),
      methods: variants.variants(in: root["methods"], role: "method", of: registry.methods),
      attacks: root["attacks"].map { variants.variants(in: $0, role: "attack", of: registry.attacks) } ?? [],
      metrics: variants.variants(in: root["metrics"], role: "metric", of: registry.metrics), exclusions: exclusions())
    checkClasses(parts)
    checkArchitectures(parts)
    checkMeasurementsRead(parts)
    return parts
  }

  /// Reports metrics over measurements whose plugins are not in the file.
  private func checkMeasurementsRead(_ parts: Parts) {
    let listed = parts.attacks + parts.metrics
    for metric in parts.metrics {
      for name in metric.measurementsRead {
        // A measurement that no cell can have is an error; where only some cells lack it, the metric is skipped in
        // these.
        guard let maker = listed.first(where: { $0.measures(name) }),
          let plugin = maker.probe, let known = plugin.measurementNames(in: .everything)
        else { continue }
        let own = maker.ownName(of: name)
        if !known.contains(own) {
          let problem = unknownName("measurement", own, known: known)
          diagnostics.report("\(metric.name) reads '\(name)': \(maker.name): \(problem)", at: root["metrics"]?.mark)
        } else if let retrained = plugin.measurementNames(ofRetrainedIn: .everything), !retrained.contains(own) {
          let others = retrained.sorted().map { "'\(maker.measurementLabel).\($0)'" }.joined(separator: ", ")
          diagnostics.report(
            "\(metric.name) compares models with retrained ones, and reads '\(name)', of which a retrained model has no "
              + "value; choose other terms" + (others.isEmpty ? "" : ", such as \(others)"), at: root["metrics"]?.mark)
        }
      }
      for name in metric.measurementsRead where !listed.contains(where: { $0.measures(name) }) {
        let plugin = name.prefix { $0 != "." && $0 != "(" }
        let variants = listed.filter { $0.name == plugin }.map(\.measurementLabel)
        if !variants.isEmpty {
          let measurement = name[(name.lastIndex(of: ".") ?? name.startIndex)...]
          let spellings = variants.map { "'\($0)\(measurement)'" }.joined(separator: " or ")
          diagnostics.report(
            "\(metric.name) reads '\(name)', but '\(plugin)' is listed with parameters that vary; write \(spellings)",
            at: root["metrics"]?.mark)
          continue
        }
        let list = registry.metrics.contains { $0.card.name == plugin } ? "metrics" : "attacks"
        diagnostics.report(
          "\(metric.name) reads '\(name)', but '\(plugin)' is not listed; add it to '\(list)', or choose other terms",
          at: root["metrics"]?.mark)
      }
    }
  }

  private func name() -> String {
    guard let node = root["experiment"], let name = node.string(diagnostics) else { return "" }
    let allowed = name.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    if name.isEmpty || !allowed {
      diagnostics.report("an experiment's name has letters, digits, '_', '-' and '.'; found '\(name)'", at: node.mark)
    }
    return name
  }

  private func seeds() -> Seeds {
    guard let node = root["seeds"] else { return Seeds(training: [1]) }
    guard let entries = node.entries else { return Seeds(training: seeds(node)) }
    node.reportUnknownKeys(known: ["training", "unlearning"], diagnostics)
    if node["training"] == nil { diagnostics.report("the key 'training' is missing", at: node.mark) }
    return Seeds(
      training: entries.first { $0.key == "training" }.map { seeds($0.value) } ?? [],
      unlearning: entries.first { $0.key == "unlearning" }.map { seeds($0.value) })
  }

  /// Reads a list of distinct seeds.
  private func seeds(_ node: Node) -> [Int] {
    guard let items = node.items(diagnostics) else { return [] }
    if items.isEmpty { diagnostics.report("at least one seed is needed", at: node.mark) }
    if items.count > ValueRange.longestList {
      diagnostics.report("at most \(ValueRange.longestList) seeds, found \(items.count)", at: node.mark)
    }
    var seeds: [Int] = []
    var known: Set<Int> = []
    for item in items {
      guard let seed = seed(item) else { continue }
      if !known.insert(seed).inserted { diagnostics.report("seed \(seed) is listed twice", at: item.mark) }
      seeds.append(seed)
    }
    return seeds
  }

  /// Reads one seed; nil, with a diagnostic, if it is out of range.
  private func seed(_ node: Node) -> Int? {
    guard let seed = node.int(diagnostics) else { return nil }
    if !ValueRange.seed.contains(Double(seed)) {
      diagnostics.report("a seed is \(ValueRange.seed.requirement), found \(seed)", at: node.mark)
    }
    return seed
  }

  private func validationFraction() -> Double {
    guard let node = root["validation_fraction"], let value = node.double(diagnostics) else { return 0 }
    if value < 0 || value >= 1 {
      diagnostics.report("'validation_fraction' must be in [0, 1), is \(value)", at: node.mark)
    }
    return value
  }

  private func recipes(_ variants: VariantReader) -> [RecipeVariant] {
    let node = root["training"]
    return Sweep.expand(node, diagnostics: diagnostics).compactMap { cell in
      guard let (recipe, parameters) = variants.decode(OriginalRecipe.self, from: cell.node) else { return nil }
      do throws(ParameterError) {
        try recipe.validateRanges()
      } catch {
        variants.report(error, in: cell.node, at: node?.mark ?? root.mark)
        return nil
      }
      return RecipeVariant(recipe: recipe, parameters: parameters, varied: cell.assignments)
    }
  }

  private func forget() -> [ForgetEntry] {
    guard let node = root["forget"], let items = node.items(diagnostics) else { return [] }
    if items.isEmpty { diagnostics.report("at least one forget request is needed", at: node.mark) }
    let requests = items.flatMap { Sweep.expand($0, diagnostics: diagnostics).compactMap(\.node) }
      .compactMap { item -> ForgetEntry? in
        if item["group"] != nil { return groups(item) }
        guard let entries = item.entries, entries.count == 1 else {
          diagnostics.report(
            "a forget request is one of 'class: name', 'class: [names]', 'samples: {fraction: 0.1}', "
              + "'samples: {count: 100}', 'indices: file', '{group: {target: name, sensitive: name}, ratio: 0.5}'; "
              + "found \(item.kindDescription)", at: item.mark)
          return nil
        }
        switch entries[0].key {
        case "class": return classes(entries[0].value)
        case "samples": return samples(entries[0].value)
        case "indices": return indices(entries[0].value)
        default:
          let problem = unknownName(
            "kind of forget request", entries[0].key, known: ["class", "samples", "indices", "group"])
          diagnostics.report(problem, at: entries[0].keyMark)
          return nil
        }
      }
    for (index, request) in requests.enumerated() {
      guard requests[..<index].contains(where: { $0.label == request.label }) else { continue }
      diagnostics.report("the forget request '\(request.label)' is listed twice", at: request.mark)
    }
    return requests
  }

  /// Reads one name or a list of names; nil, with a diagnostic, if there is none.
  private func names(_ node: Node, _ what: String) -> [ForgetEntry.NamedValue]? {
    let items: [Node]
    if case .scalar = node { items = [node] } else { items = node.items(diagnostics) ?? [] }
    if items.isEmpty { diagnostics.report("at least one \(what) is needed", at: node.mark) }
    let names = items.compactMap { item in item.string(diagnostics).map { (name: $0, mark: item.mark) } }
    return names.isEmpty ? nil : names
  }

  /// `{group: {target: …, sensitive: …}, ratio: 0.5, seed: 0}`; `group` may be a list.
  private func groups(_ node: Node) -> ForgetEntry? {
    guard let group = node["group"] else { return nil }
    node.reportUnknownKeys(known: ["group", "ratio", "seed"], diagnostics)
    let (seed, isEach, suffix) = draw(node["seed"])
    let ratio = node["ratio"].flatMap { $0.double(diagnostics) } ?? 0.5
    if ratio <= 0 || ratio > 1 { diagnostics.report("'ratio' must be in (0, 1], is \(ratio)", at: node["ratio"]?.mark) }
    let items: [Node]
    if case .sequence(let list, _) = group { items = list } else { items = [group] }
    if items.isEmpty { diagnostics.report("at least one group is needed", at: group.mark) }
    let groups = items.compactMap { item -> ForgetEntry.NamedGroups? in
      guard item.entries(diagnostics) != nil else { return nil }
      item.reportUnknownKeys(known: ["target", "sensitive"], diagnostics)
      guard let target = item["target"], let sensitive = item["sensitive"] else {
        diagnostics.report("a group is given by 'target' and 'sensitive'", at: item.mark)
        return nil
      }
      guard let targets = names(target, "class"), let values = names(sensitive, "value") else { return nil }
      return (targets, values)
    }
    guard groups.count == items.count, !groups.isEmpty else { return nil }
    let text = groups.map { group in
      [group.targets, group.sensitive].map { $0.map(\.name).joined(separator: "+") }.joined(separator: "/")
    }
    return ForgetEntry(
      kind: .groups(groups, ratio: ratio, seed: seed),
      label: "group \(text.joined(separator: ", ")) \(ratio)\(suffix)", mark: node.mark, drawsEachSeed: isEach)
  }

  /// `seed: 3`, one draw for all seeds of the grid, or `seed: each`, one per seed; `suffix` is its part of the label.
  private func draw(_ node: Node?) -> (seed: Int, isEach: Bool, suffix: String) {
    guard let node else { return (0, false, "") }
    if case .scalar(let scalar) = node, Int(scalar.text) == nil {
      if scalar.text == "each" { return (0, true, " seed each") }
      diagnostics.report(
        "'seed' is an integer ≥ 0, or 'each' for a draw with every training seed; found '\(scalar.text)'",
        at: node.mark)
      return (0, false, "")
    }
    let seed = seed(node) ?? 0
    return (seed, false, seed == 0 ? "" : " seed \(seed)")
  }

  private func classes(_ node: Node) -> ForgetEntry? {
    guard let names = names(node, "class") else { return nil }
    return ForgetEntry(
      kind: .classes(names), label: "class " + names.map(\.name).joined(separator: "+"), mark: node.mark)
  }

  private func samples(_ node: Node) -> ForgetEntry? {
    guard node.entries(diagnostics) != nil else { return nil }
    node.reportUnknownKeys(known: ["fraction", "count", "seed"], diagnostics)
    let (seed, isEach, suffix) = draw(node["seed"])
    switch (node["fraction"], node["count"]) {
    case (let fraction?, nil):
      guard let value = fraction.double(diagnostics) else { return nil }
      if value <= 0 || value >= 1 { diagnostics.report("'fraction' must be in (0, 1), is \(value)", at: fraction.mark) }
      return ForgetEntry(
        kind: .request(.fraction(value), seed: seed), label: "samples \(value)\(suffix)", mark: node.mark,
        drawsEachSeed: isEach)
    case (nil, let count?):
      guard let value = count.int(diagnostics) else { return nil }
      if value < 1 { diagnostics.report("'count' must be ≥ 1, is \(value)", at: count.mark) }
      return ForgetEntry(
        kind: .request(.count(value), seed: seed), label: "samples \(value)\(suffix)", mark: node.mark,
        drawsEachSeed: isEach)
    default:
      diagnostics.report("samples are given by either 'fraction' or 'count'", at: node.mark)
      return nil
    }
  }

  private func indices(_ node: Node) -> ForgetEntry? {
    guard let path = node.string(diagnostics) else { return nil }
    do throws(DataError) {
      let url = URL(fileURLWithPath: path, relativeTo: folder)
      return ForgetEntry(
        kind: .request(.indices(try IndexFile.read(url)), seed: 0), label: "indices \(path)", mark: node.mark)
    } catch {
      diagnostics.report(error.description, at: node.mark)
      return nil
    }
  }

  private func exclusions() -> [Exclusion] {
    guard let node = root["exclude"], let items = node.items(diagnostics) else { return [] }
    let known = exclusionKeys
    return items.compactMap { item in
      guard let entries = item.entries(diagnostics) else { return nil }
      if entries.isEmpty {
        diagnostics.report("an exclusion names what it leaves out, such as {method: fine-tune, seed: 3}", at: item.mark)
        return nil
      }
      item.reportUnknownKeys(known: known, diagnostics)
      let conditions = entries.compactMap { entry -> (key: String, value: String)? in
        guard case .scalar(let scalar) = entry.value else {
          diagnostics.report("expected one value, found \(entry.value.kindDescription)", at: entry.value.mark)
          return nil
        }
        return (entry.key, scalar.text)
      }
      return Exclusion(conditions: conditions, mark: item.mark)
    }
  }

  /// The valid keys of an exclusion: axes of the grid, and parameters of trainings and of the listed methods and
  /// attacks.
  private var exclusionKeys: Set<String> {
    let items = ["methods", "attacks"].flatMap { root[$0]?.items ?? [] }
    let listed = items.compactMap { item in
      if case .scalar(let scalar) = item { scalar.text } else { item.entries?.first?.key }
    }
    let plugins: [any Plugin.Type] = registry.methods + registry.attacks
    let parameters = plugins.filter { listed.contains($0.card.name) }.flatMap { $0.fields.map(\.name) }
    let training = OriginalRecipe.fields.map { Exclusion.trainingPrefix + $0.name }
    return Set(Exclusion.axes + [Variant.referenceKey] + parameters + training)
  }

  private func checkClasses(_ parts: Parts) {
    for variant in parts.data {
      guard let source = variant.plugin as? any DatasetSource else { continue }
      var known: [(request: ForgetRequest, label: String)] = []
      for entry in parts.forget {
        guard let request = entry.request(of: source, diagnostics: diagnostics) else { continue }
        guard case .classes = request else { continue }
        // Equal labels are already reported separately.
        if let other = known.first(where: { $0.request == request && $0.label != entry.label }) {
          diagnostics.report(
            "'\(entry.label)' and '\(other.label)' are the same forget request for '\(variant.name)'", at: entry.mark)
        }
        known.append((request, entry.label))
      }
    }
  }

  private func checkArchitectures(_ parts: Parts) {
    for dataset in parts.data {
      guard let source = dataset.plugin as? any DatasetSource else { continue }
      for variant in parts.architectures {
        guard let architecture = variant.plugin as? any Architecture else { continue }
        do throws(ParameterError) {
          _ = try architecture.body(imageShape: source.imageShape)
        } catch {
          let place = root["architectures"]?.mark
          diagnostics.report("\(variant.label) cannot take the images of \(dataset.label): \(error)", at: place)
        }
      }
    }
  }
}
