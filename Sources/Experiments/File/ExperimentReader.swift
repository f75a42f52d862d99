import ConfigYAML
import Data
import Foundation
import Unlearning

/// Reads the blocks of an experiment file and reports all errors instead of stopping at the first.
struct ExperimentReader {
  let document: YAMLDocument
  let overrides: [String]
  let root: Node
  let folder: URL
  let registry: Registry
  let diagnostics: Diagnostics

  func read() -> Experiment? {
    guard root.entries(diagnostics) != nil else { return nil }
    root.reportUnknownKeys(of: ExperimentKey.self, diagnostics)
    for key in ExperimentKey.allCases where key.isRequired && block(key) == nil {
      diagnostics.report("the key '\(key.rawValue)' is missing", at: nil)
    }
    let data = plugins(.data, of: registry.datasets)
    let requests = forget()
    let seeds = seeds()
    let bank = bank(beside: seeds, forget: requests)
    let experiment = Experiment(
      name: name(), seeds: seeds, bankSize: bank.size, shadows: bank.shadows, validationFraction: validationFraction(),
      validationMark: block(.validationFraction)?.mark, data: data,
      architectures: plugins(.architectures, of: registry.architectures), recipes: recipes(),
      forget: data.map { resolved(requests, for: $0) }, methods: plugins(.methods, of: registry.methods),
      attacks: plugins(.attacks, of: registry.attacks), metrics: plugins(.metrics, of: registry.metrics),
      exclusions: exclusions(), document: document, overrides: overrides)
    checkArchitectures(experiment)
    checkMeasurementsRead(experiment)
    return experiment
  }

  private func block(_ key: ExperimentKey) -> Node? { root[key] }

  var variants: VariantReader { VariantReader(diagnostics: diagnostics) }

  func plugins(_ key: ExperimentKey, of known: [any Plugin.Type]) -> [Variant] {
    variants.variants(in: block(key), role: key.plugin ?? key.rawValue, of: known)
  }

  /// A metric over other measurements needs the plugins that make them in the same file.
  func checkMeasurementsRead(_ experiment: Experiment) {
    let listed = experiment.attacks + experiment.metrics
    // What is written and has errors of its own may be what is read.
    let written = names(in: .attacks) + names(in: .metrics)
    let known = Set((registry.attacks.map { $0.card.name }) + registry.metrics.map { $0.card.name })
    let isMisspelt = written.contains { !known.contains($0) }
    for metric in experiment.metrics {
      for name in metric.measurementsRead {
        // A measurement that no cell can have is an error; where only some cells lack it, the metric is skipped in
        // these.
        guard let maker = listed.first(where: { $0.measures(name) }),
          let plugin = maker.probe, let known = plugin.measurementNames(in: .everything)
        else { continue }
        let own = maker.ownName(of: name)
        if !known.contains(own) {
          let problem = unknownName("measurement", own, known: known)
          diagnostics.report("\(metric.name) reads '\(name)': \(maker.name): \(problem)", at: block(.metrics)?.mark)
        } else if let retrained = plugin.measurementNames(ofRetrainedIn: .everything), !retrained.contains(own) {
          let others = retrained.sorted().map { "'\(maker.measurementLabel).\($0)'" }.joined(separator: ", ")
          diagnostics.report(
            "\(metric.name) compares models with retrained ones, and reads '\(name)', of which a retrained model has no "
              + "value; choose other terms" + (others.isEmpty ? "" : ", such as \(others)"), at: block(.metrics)?.mark)
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
            at: block(.metrics)?.mark)
          continue
        }
        if isMisspelt || written.contains(String(plugin)) { continue }
        let list = registry.metrics.contains { $0.card.name == plugin } ? "metrics" : "attacks"
        diagnostics.report(
          "\(metric.name) reads '\(name)', but '\(plugin)' is not listed; add it to '\(list)', or choose other terms",
          at: block(.metrics)?.mark)
      }
    }
  }

  private func name() -> String { name(block(.experiment)) }

  /// The name of an experiment or an audit; empty, with a diagnostic, where it is none.
  func name(_ node: Node?) -> String {
    guard let node, let name = node.string(diagnostics) else { return "" }
    let allowed = name.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    if name.isEmpty || !allowed {
      diagnostics.report("an experiment's name has letters, digits, '_', '-' and '.'; found '\(name)'", at: node.mark)
    }
    return name
  }

  private func seeds() -> Seeds {
    guard let node = block(.seeds) else { return Seeds(training: [1]) }
    guard node.entries != nil else { return Seeds(training: seeds(node)) }
    node.reportUnknownKeys(of: SeedsKey.self, diagnostics)
    if node[SeedsKey.training] == nil { diagnostics.report("the key 'training' is missing", at: node.mark) }
    return Seeds(
      training: node[SeedsKey.training].map { seeds($0) } ?? [],
      unlearning: node[SeedsKey.unlearning].map { seeds($0) })
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
      if !known.insert(seed).inserted {
        diagnostics.report("seed \(seed) is listed twice", at: item.mark.or(node.mark))
      }
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

  /// Reads the size of the bank, and its shadow models; a bank of halves has no others than those of the seeds.
  private func bank(beside seeds: Seeds, forget requests: [NamedRequest]) -> (size: Int, shadows: ShadowSettings?) {
    let alone = (size: seeds.training.count, shadows: nil as ShadowSettings?)
    guard let node = block(.bank), node.entries(diagnostics) != nil else { return alone }
    node.reportUnknownKeys(of: BankKey.self, diagnostics)
    guard let size = node[BankKey.size] else {
      diagnostics.report("the key 'size' is missing", at: node.mark)
      return alone
    }
    guard let value = size.int(diagnostics) else { return alone }
    if value < seeds.training.count {
      diagnostics.report(
        "the models of the \(seeds.training.count) seeds are the first of the bank, whose size is \(value)",
        at: size.mark)
    } else if value > Experiment.largestBank {
      diagnostics.report("a bank has at most \(Experiment.largestBank) models, found \(value)", at: size.mark)
    }
    guard let halves = node[BankKey.halves], halves.bool(diagnostics) == true else {
      for key in [BankKey.forgetsPerModel, .forgetFraction] {
        guard let other = node[key] else { continue }
        diagnostics.report("'\(key.rawValue)' is of a bank of halves: 'halves: true'", at: other.mark)
      }
      return (value, nil)
    }
    return (seeds.training.count, shadows(node, size: value, forget: requests))
  }

  private func shadows(_ node: Node, size: Int, forget requests: [NamedRequest]) -> ShadowSettings {
    var shadows = ShadowSettings(size: size, forgetsPerModel: 1, forgetFraction: 0.5)
    if let forgets = node[BankKey.forgetsPerModel], let value = forgets.int(diagnostics) {
      shadows.forgetsPerModel = value
      if !(1...Experiment.mostForgetsPerModel).contains(value) {
        diagnostics.report(
          "'forgets_per_model' must be in 1 to \(Experiment.mostForgetsPerModel), is \(value)", at: forgets.mark)
      }
    }
    if let fraction = node[BankKey.forgetFraction], let value = fraction.double(diagnostics) {
      shadows.forgetFraction = value
      if !(value > 0 && value < 1) {
        diagnostics.report("'forget_fraction' must be in (0, 1), is \(value)", at: fraction.mark)
      }
    }
    // A request that draws with every seed has no samples that all shadow models are judged on.
    for request in requests where request.drawsEachSeed {
      diagnostics.report(
        "a bank of halves draws forget sets among the samples of a request, the same for all models, and 'seed: each' "
          + "has others with every seed", at: request.mark)
    }
    return shadows
  }

  private func validationFraction() -> Double {
    guard let node = block(.validationFraction), let value = node.double(diagnostics) else { return 0 }
    if value < 0 || value >= 1 {
      diagnostics.report("'validation_fraction' must be in [0, 1), is \(value)", at: node.mark)
    }
    return value
  }

  private func recipes() -> [RecipeVariant] {
    let node = block(.training)
    let made = Sweep.expand(node, diagnostics: diagnostics).compactMap { cell -> (Sweep.Cell, RecipeVariant)? in
      guard let (recipe, parameters) = variants.decode(OriginalRecipe.self, from: cell.node) else { return nil }
      do throws(ParameterError) {
        try recipe.validateRanges()
      } catch {
        variants.report(error, in: cell.node, at: node?.mark ?? root.mark)
        return nil
      }
      return (cell, RecipeVariant(recipe: recipe, parameters: parameters, varied: cell.assignments))
    }
    return Sweep.distinct(made, by: \.parametersText, diagnostics)
  }

  private func forget() -> [NamedRequest] {
    guard let node = block(.forget), let items = node.items(diagnostics) else { return [] }
    if items.isEmpty { diagnostics.report("at least one forget request is needed", at: node.mark) }
    let requests = items.flatMap { item in
      let made = Sweep.expand(item, diagnostics: diagnostics).compactMap { cell in
        cell.node.flatMap(request).map { (cell, $0) }
      }
      return Sweep.distinct(made, by: \.label, diagnostics)
    }
    for (index, request) in requests.enumerated() {
      guard requests[..<index].contains(where: { $0.label == request.label }) else { continue }
      diagnostics.report("the forget request '\(request.label)' is listed twice", at: request.mark.or(node.mark))
    }
    return requests
  }

  private func request(_ item: Node) -> NamedRequest? {
    if item[RequestKey.group] != nil { return groups(item) }
    guard let entries = item.entries, entries.count == 1 else {
      diagnostics.report(
        "a forget request is one of 'class: name', 'class: [names]', 'samples: {fraction: 0.1}', "
          + "'samples: {count: 100}', 'indices: file', '{group: {target: name, sensitive: name}, ratio: 0.5}'; "
          + "found \(item.kindDescription)", at: item.mark)
      return nil
    }
    switch RequestKey(rawValue: entries[0].key) {
    case .classes: return classes(entries[0].value)
    case .samples: return samples(entries[0].value)
    case .indices: return indices(entries[0].value)
    case .group, nil:
      let problem = unknownName("kind of forget request", entries[0].key, known: RequestKey.allCases.map(\.rawValue))
      diagnostics.report(problem, at: entries[0].keyMark)
      return nil
    }
  }

  /// One name or a list of names; nil, and a report, without any.
  private func names(_ node: Node, _ what: String) -> [NamedRequest.NamedValue]? {
    let items: [Node]
    if case .scalar = node { items = [node] } else { items = node.items(diagnostics) ?? [] }
    if items.isEmpty { diagnostics.report("at least one \(what) is needed", at: node.mark) }
    let names = items.compactMap { item in item.string(diagnostics).map { (name: $0, mark: item.mark) } }
    return names.isEmpty ? nil : names
  }

  /// `{group: {target: …, sensitive: …}, ratio: 0.5, seed: 0}`; `group` may be a list.
  private func groups(_ node: Node) -> NamedRequest? {
    guard let group = node[GroupRequestKey.group] else { return nil }
    node.reportUnknownKeys(of: GroupRequestKey.self, diagnostics)
    let (seed, isEach, suffix) = draw(node[GroupRequestKey.seed])
    let share = node[GroupRequestKey.ratio]
    let ratio = share.flatMap { $0.double(diagnostics) } ?? 0.5
    if ratio <= 0 || ratio > 1 { diagnostics.report("'ratio' must be in (0, 1], is \(ratio)", at: share?.mark) }
    let items: [Node]
    if case .sequence(let list, _) = group { items = list } else { items = [group] }
    if items.isEmpty { diagnostics.report("at least one group is needed", at: group.mark) }
    let groups = items.compactMap { item -> NamedRequest.NamedGroups? in
      guard item.entries(diagnostics) != nil else { return nil }
      item.reportUnknownKeys(of: GroupKey.self, diagnostics)
      guard let target = item[GroupKey.target], let sensitive = item[GroupKey.sensitive] else {
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
    return NamedRequest(
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

  func classes(_ node: Node) -> NamedRequest? {
    guard let names = names(node, "class") else { return nil }
    return NamedRequest(
      kind: .classes(names), label: "class " + names.map(\.name).joined(separator: "+"), mark: node.mark)
  }

  private func samples(_ node: Node) -> NamedRequest? {
    guard node.entries(diagnostics) != nil else { return nil }
    node.reportUnknownKeys(of: SamplesKey.self, diagnostics)
    let (seed, isEach, suffix) = draw(node[SamplesKey.seed])
    switch (node[SamplesKey.fraction], node[SamplesKey.count]) {
    case (let fraction?, nil):
      guard let value = fraction.double(diagnostics) else { return nil }
      if value <= 0 || value >= 1 { diagnostics.report("'fraction' must be in (0, 1), is \(value)", at: fraction.mark) }
      return NamedRequest(
        kind: .request(.fraction(value), seed: seed), label: "samples \(value)\(suffix)", mark: node.mark,
        drawsEachSeed: isEach)
    case (nil, let count?):
      guard let value = count.int(diagnostics) else { return nil }
      if value < 1 { diagnostics.report("'count' must be ≥ 1, is \(value)", at: count.mark) }
      return NamedRequest(
        kind: .request(.count(value), seed: seed), label: "samples \(value)\(suffix)", mark: node.mark,
        drawsEachSeed: isEach)
    default:
      diagnostics.report("samples are given by either 'fraction' or 'count'", at: node.mark)
      return nil
    }
  }

  private func indices(_ node: Node) -> NamedRequest? {
    guard let path = node.string(diagnostics) else { return nil }
    do throws(DataError) {
      let url = URL(fileURLWithPath: path, relativeTo: folder)
      return NamedRequest(
        kind: .request(.indices(try IndexFile.read(url)), seed: 0), label: "indices \(path)", mark: node.mark)
    } catch {
      diagnostics.report(error.description, at: node.mark)
      return nil
    }
  }

  private func exclusions() -> [Exclusion] {
    guard let node = block(.exclusions), let items = node.items(diagnostics) else { return [] }
    let known = exclusionKeys
    var listed: [Set<String>: Mark] = [:]
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
      let exclusion = Exclusion(conditions: conditions, mark: item.mark)
      if let first = listed.updateValue(item.mark, forKey: Set(conditions.map { "\($0.key): \($0.value)" })) {
        diagnostics.report("the exclusion {\(exclusion.description)} is listed twice", at: item.mark.or(first))
      }
      return exclusion
    }
  }

  /// The valid keys of an exclusion: axes of the grid, and parameters of trainings and of the listed methods and
  /// attacks.
  private var exclusionKeys: Set<String> {
    let listed = names(in: .methods) + names(in: .attacks)
    let plugins: [any Plugin.Type] = registry.methods + registry.attacks
    let parameters = plugins.filter { listed.contains($0.card.name) }.flatMap { $0.fields.map(\.name) }
    let training = OriginalRecipe.fields.map { Exclusion.trainingPrefix + $0.name }
    return Set(Exclusion.axes + [Variant.referenceKey] + parameters + training)
  }

  /// The names in a list of plugins, as written.
  private func names(in key: ExperimentKey) -> [String] {
    (block(key)?.items ?? []).compactMap { item in
      if case .scalar(let scalar) = item { scalar.text } else { item.entries?.first?.key }
    }
  }

  /// The requests for one data set, with its classes and values.
  private func resolved(_ requests: [NamedRequest], for variant: Variant) -> [ForgetEntry] {
    guard let source = variant.plugin as? any DatasetSource else { return [] }
    var known: [ForgetEntry] = []
    for request in requests {
      guard let entry = request.entry(of: source, diagnostics) else { continue }
      // The same label is reported as such already.
      if case .classes = entry.request,
        let other = known.first(where: { $0.request == entry.request && $0.writtenLabel != entry.writtenLabel })
      {
        diagnostics.report(
          "'\(entry.writtenLabel)' and '\(other.writtenLabel)' are the same forget request for '\(variant.name)'",
          at: entry.mark.or(other.mark))
      }
      known.append(entry)
    }
    return known
  }

  private func checkArchitectures(_ experiment: Experiment) {
    for dataset in experiment.data {
      guard let source = dataset.plugin as? any DatasetSource else { continue }
      for variant in experiment.architectures {
        guard let architecture = variant.plugin as? any Architecture else { continue }
        do throws(ParameterError) {
          _ = try architecture.body(imageShape: source.imageShape)
        } catch {
          let place = block(.architectures)?.mark
          diagnostics.report("\(variant.label) cannot take the images of \(dataset.label): \(error)", at: place)
        }
      }
    }
  }
}
