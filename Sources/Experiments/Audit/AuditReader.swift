import ConfigYAML
import Data
import Foundation
import JSON
import Unlearning

/// Reads the blocks of an audit file, and of its arrays everything but the numbers of models; reports all errors.
///
/// An audit is an experiment whose models are imported: model i of every kind has the seed i + 1.
struct AuditReader {
  /// The reader of what audits and experiments have in common.
  let file: ExperimentReader

  var diagnostics: Diagnostics { file.diagnostics }
  func block(_ key: AuditKey) -> Node? { file.root[key] }

  private static let mostClasses = 100_000
  private static let mostSamples = 10_000_000
  /// The numbers of one model, 1 GiB of them.
  static let mostNumbers = 1 << 28

  func read() -> Experiment? {
    file.root.reportUnknownKeys(of: AuditKey.self, diagnostics)
    for key in AuditKey.allCases where key.isRequired && block(key) == nil {
      diagnostics.report("the key '\(key.rawValue)' is missing", at: nil)
    }
    let name = file.name(block(.audit))
    let attacks = file.plugins(.attacks, of: file.registry.attacks)
    let metrics = file.plugins(.metrics, of: file.registry.metrics)
    if block(.attacks) == nil, block(.metrics) == nil {
      diagnostics.report("at least one attack or metric is needed, in 'attacks' or 'metrics'", at: nil)
    }
    guard let samples = samples(), let request = request(samples) else { return nil }
    let imports = models(samples)
    guard diagnostics.isEmpty, let imports, let data = variant(samples.source, shownName: text(.data) ?? name),
      let architecture = variant(AuditedModel(), name: text(.architecture) ?? "given predictions"),
      let recipe = try? JSONValue(OriginalRecipe())
    else { return nil }
    let methods = (block(.methods)?.entries ?? []).compactMap { variant(AuditedModel(), name: $0.key) }
    var experiment = Experiment(
      name: name, seeds: Seeds(training: Array(1...imports.retrained.count)), bankSize: imports.retrained.count,
      shadows: nil,
      validationFraction: 0, validationMark: nil, data: [data], architectures: [architecture],
      recipes: [RecipeVariant(recipe: OriginalRecipe(), parameters: recipe, varied: [])], forget: [[request]],
      methods: methods, attacks: attacks, metrics: metrics, exclusions: [], document: file.document,
      overrides: file.overrides)
    experiment.imports = imports
    file.checkMeasurementsRead(experiment)
    return experiment
  }

  private func text(_ key: AuditKey) -> String? { block(key)?.string(diagnostics) }

  private func variant<P: Plugin>(_ plugin: P, name: String? = nil, shownName: String? = nil) -> Variant? {
    guard let parameters = try? JSONValue(plugin) else { return nil }
    var variant = Variant(
      name: name ?? P.card.name, version: P.card.version, varied: [], parameters: parameters,
      keyParameters: P.fields.filter(\.isFile).reduce(parameters) { $0.removing(path: $1.name) }, plugin: plugin)
    variant.shownName = shownName
    return variant
  }
}

/// The samples, and what is to be forgotten.
extension AuditReader {
  struct Samples {
    var source: AuditedSamples
    var labels: [Int]
    var parts: [Part?]
  }

  private func samples() -> Samples? {
    let names = classNames()
    guard let labelsNode = block(.labels), let labels = array(labelsNode, usual: AuditKey.labels.rawValue),
      let partsNode = block(.parts), let parts = array(partsNode, usual: AuditKey.parts.rawValue),
      let numbers = integers(labels, labelsNode), let partNumbers = integers(parts, partsNode), let names
    else { return nil }
    if let sample = numbers.firstIndex(where: { !names.indices.contains($0) }) {
      diagnostics.report(
        "\(labels.opened.place): sample \(sample) has the label \(numbers[sample]); labels are 0 to \(names.count - 1)",
        at: labelsNode.mark)
      return nil
    }
    if numbers.isEmpty || numbers.count > Self.mostSamples {
      diagnostics.report(
        "\(labels.opened.place): 1 to \(Self.mostSamples) samples, found \(numbers.count)", at: labelsNode.mark)
      return nil
    }
    guard partNumbers.count == numbers.count else {
      diagnostics.report(
        "\(parts.opened.place): \(partNumbers.count) parts of \(numbers.count) samples; expected one for each",
        at: partsNode.mark)
      return nil
    }
    if let sample = partNumbers.firstIndex(where: { !(-1..<Part.allCases.count).contains($0) }) {
      let known = Part.allCases.enumerated().map { "\($0.offset) for \($0.element.rawValue)" }.joined(separator: ", ")
      diagnostics.report(
        "\(parts.opened.place): sample \(sample) has the part \(partNumbers[sample]); expected \(known), or -1 for none",
        at: partsNode.mark)
      return nil
    }
    var source = AuditedSamples()
    source.classNames = names
    (source.labels, source.labelsArray) = (labels.place.file, labels.place.array)
    (source.parts, source.partsArray) = (parts.place.file, parts.place.array)
    return Samples(source: source, labels: numbers, parts: partNumbers.map(Part.init(number:)))
  }

  /// The names of `classes:`, where a number stands for the numbers below it.
  private func classNames() -> [String]? {
    guard let node = block(.classes) else { return nil }
    guard let items = node.items else {
      guard let count = node.int(diagnostics) else { return nil }
      if (2...Self.mostClasses).contains(count) { return (0..<count).map(String.init) }
      diagnostics.report("2 to \(Self.mostClasses) classes, found \(count)", at: node.mark)
      return nil
    }
    let names = items.compactMap { $0.string(diagnostics) }
    guard names.count == items.count else { return nil }
    if !(2...Self.mostClasses).contains(names.count) {
      diagnostics.report("2 to \(Self.mostClasses) classes, found \(names.count)", at: node.mark)
    } else if let twin = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
      diagnostics.report("class '\(names[twin])' is named twice", at: items[twin].mark.or(node.mark))
    } else {
      return names
    }
    return nil
  }

  /// What is forgotten: the classes of `forget:`, else the samples of the part.
  private func request(_ samples: Samples) -> ForgetEntry? {
    func rows(_ parts: Part...) -> [Int] {
      samples.parts.indices.filter { samples.parts[$0].map(parts.contains) ?? false }
    }
    let forgotten = rows(.forgetTrain), place = block(.parts)?.mark ?? .generated
    for part in [Part.forgetTrain, .retainTrain] where rows(part).isEmpty {
      diagnostics.report("no sample is in \(part.rawValue)", at: place)
      return nil
    }
    guard let node = block(.forget) else {
      if let sample = rows(.forgetTest).first {
        diagnostics.report(
          "sample \(sample) is in forget_test, which holds test samples of forgotten classes; name these in "
            + "'forget: {class: …}'", at: place)
        return nil
      }
      let label = "samples \(forgotten.count)"
      return ForgetEntry(request: .indices(forgotten), label: label, writtenLabel: label, mark: place)
    }
    guard node.entries(diagnostics) != nil else { return nil }
    node.reportUnknownKeys(known: [RequestKey.classes.rawValue], diagnostics)
    guard let classes = node[RequestKey.classes] else {
      diagnostics.report("the key 'class' is missing", at: node.mark)
      return nil
    }
    guard let entry = file.classes(classes)?.entry(of: samples.source, diagnostics) else { return nil }
    let labels = Set(entry.request.forgottenClasses)
    for (parts, isForgotten) in [(rows(.forgetTrain, .forgetTest), true), (rows(.retainTrain, .retainTest), false)] {
      guard let sample = parts.first(where: { labels.contains(samples.labels[$0]) != isForgotten }) else { continue }
      diagnostics.report(
        "sample \(sample) has the label \(samples.labels[sample]) and is in \(samples.parts[sample]?.rawValue ?? ""); the "
          + "forget parts hold exactly the samples of \(entry.label)", at: place)
      return nil
    }
    return entry
  }
}

/// The models.
extension AuditReader {
  private func models(_ samples: Samples) -> ImportedModels? {
    var scores = ScoreKind.logits
    if let word = block(.scores)?.string(diagnostics) {
      guard let known = ScoreKind(rawValue: word) else {
        diagnostics.report(
          unknownName("kind of scores", word, known: ScoreKind.allCases.map(\.rawValue)), at: block(.scores)?.mark)
        return nil
      }
      scores = known
    }
    let one = [samples.labels.count] + (scores == .logits ? [samples.source.classNames.count] : [])
    if one.reduce(1, *) > Self.mostNumbers {
      diagnostics.report(
        "\(one[0]) samples of \(one[1]) classes are more than \(Self.mostNumbers) numbers", at: block(.labels)?.mark)
      return nil
    }
    let retrained = places(block(.retrained), usual: AuditKey.retrained.rawValue, one)
    let originals = places(block(.originals), usual: AuditKey.originals.rawValue, one)
    let entries = block(.methods).flatMap { $0.entries(diagnostics) } ?? []
    if entries.isEmpty, let node = block(.methods), node.entries != nil {
      diagnostics.report("at least one method is needed", at: node.mark)
    }
    let reserved = [PlanBuilder.referenceName, PlanBuilder.originalName] + Baseline.allCases.map(\.rawValue)
    for entry in entries where reserved.contains(entry.key) || entry.key.isEmpty {
      diagnostics.report("'\(entry.key)' is the name of another row; name the method otherwise", at: entry.keyMark)
    }
    let methods = entries.map { ($0.key, places($0.value, usual: $0.key, one), $0.value.mark) }
    guard diagnostics.isEmpty else { return nil }
    // Models of one index are compared with each other, so there are as many of each kind.
    let count = block(.models).flatMap { $0.int(diagnostics) }
    let wanted = count ?? retrained.count
    if !(1...Experiment.largestBank).contains(wanted) {
      diagnostics.report(
        "1 to \(Experiment.largestBank) models of each kind, found \(wanted)",
        at: block(.models)?.mark ?? block(.retrained)?.mark)
    }
    let lists =
      [(PlanBuilder.referenceName, retrained, block(.retrained)?.mark)]
      + (block(.originals).map { [(PlanBuilder.originalName, originals, Optional($0.mark))] } ?? [])
      + methods.map { ($0.0, $0.1, Optional($0.2)) }
    for (name, list, mark) in lists where count == nil ? list.count != wanted : list.count < wanted {
      diagnostics.report(
        "\(list.count) models of '\(name)', and \(wanted) \(count == nil ? "retrained ones" : "are wanted"); model i of each "
          + "kind is compared with model i of the others; 'models: …' takes the first ones", at: mark)
    }
    func first(_ places: [ModelPlace]) -> [ModelPlace] { Array(places.prefix(wanted)) }
    guard diagnostics.isEmpty else { return nil }
    return ImportedModels(
      scores: scores, originals: first(originals), retrained: first(retrained),
      methods: Dictionary(methods.map { ($0.0, first($0.1)) }) { first, _ in first },
      shadows: block(.shadows).flatMap { shadows($0, samples, one, of: methods.map(\.0)) })
  }

  /// The models of an array, or of a list of such; `one` is the shape of the numbers of one model.
  func places(_ node: Node?, usual: String, _ one: [Int]) -> [ModelPlace] {
    (node?.items ?? node.map { [$0] } ?? []).flatMap { places(of: $0, usual: usual, one) }
  }

  private func places(of node: Node, usual: String, _ one: [Int]) -> [ModelPlace] {
    guard let (place, opened) = array(node, usual: usual) else { return [] }
    guard opened.shape.suffix(one.count) == one[...], opened.shape.count <= one.count + 1 else {
      let shape = one.map(String.init).joined(separator: ", ")
      diagnostics.report(
        "\(opened.place): shape \(opened.shape); expected [models, \(shape)] or [\(shape)]", at: node.mark)
      return []
    }
    guard opened.shape.count > one.count else { return [place] }
    // More are reported below.
    return (0..<min(opened.shape[0], Experiment.largestBank + 1)).map {
      ModelPlace(file: place.file, array: place.array, index: $0)
    }
  }
}

/// Arrays.
extension AuditReader {
  /// The array of `file` or `{file: …, array: …}`, whose checksum is verified where the file has one.
  func array(_ node: Node, usual: String) -> (place: ModelPlace, opened: FileArray)? {
    var (path, name): (String?, String?)
    if node.entries == nil {
      path = node.string(diagnostics)
    } else {
      node.reportUnknownKeys(of: ArrayKey.self, diagnostics)
      if node[ArrayKey.file] == nil { diagnostics.report("the key 'file' is missing", at: node.mark) }
      path = node[ArrayKey.file].flatMap { $0.string(diagnostics) }
      name = node[ArrayKey.array].flatMap { $0.string(diagnostics) }
    }
    guard let path else { return nil }
    let expanded = NSString(string: path).expandingTildeInPath
    let url = expanded.hasPrefix("/") ? URL(fileURLWithPath: expanded) : file.folder.appending(path: expanded)
    do throws(ArrayFileError) {
      let arrays = try ArrayFile(url)
      let found = try arrays.name(name, usual: usual)
      let opened = try arrays.array(found)
      try opened.verify()
      return (ModelPlace(file: url.path, array: found), opened)
    } catch {
      diagnostics.report("\(error)", at: node.mark)
      return nil
    }
  }

  private func integers(_ array: (place: ModelPlace, opened: FileArray), _ node: Node) -> [Int]? {
    guard array.opened.shape.count == 1 else {
      diagnostics.report("\(array.opened.place): shape \(array.opened.shape); expected [samples]", at: node.mark)
      return nil
    }
    return integers(array.opened, node)
  }

  /// All integers of an array.
  func integers(_ opened: FileArray, _ node: Node) -> [Int]? {
    do throws(ArrayFileError) {
      return try opened.integers()
    } catch {
      diagnostics.report("\(error)", at: node.mark)
      return nil
    }
  }
}
