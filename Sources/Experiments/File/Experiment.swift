import JSON
public import ConfigYAML
import Data
public import Foundation
public import Unlearning

/// A validated experiment file: the grid data × architectures × recipes × forget requests × methods × seeds.
public struct Experiment: Sendable {
  /// The value of `experiment:`.
  public let name: String
  /// The path of the file, as the user gave it.
  public let file: String
  /// The seeds of training and unlearning.
  public let seeds: Seeds
  /// The fraction of the training data that is held out for validation, in [0, 1).
  public let validationFraction: Double
  let data: [Variant]
  let architectures: [Variant]
  let recipes: [RecipeVariant]
  let forget: [ForgetEntry]
  let methods: [Variant]
  let attacks: [Variant]
  let metrics: [Variant]
  let exclusions: [Exclusion]
  let document: YAMLDocument

  /// Reads and checks the file at `url`.
  ///
  /// - Parameters:
  ///   - overrides: Values that replace those of the file, by path: "training.epochs=200".
  /// - Throws: All errors of the file, each with its position.
  public static func load(
    _ url: URL, registry: Registry, overrides: [String] = []
  ) throws(DiagnosticList) -> Experiment {
    let document = try YAMLDocument(contentsOf: url)
    return try Experiment(document, folder: url.deletingLastPathComponent(), registry: registry, overrides: overrides)
  }

  /// Validates a document; relative paths of index files are resolved in `folder`.
  public init(
    _ document: YAMLDocument, folder: URL, registry: Registry, overrides: [String] = []
  ) throws(DiagnosticList) {
    let diagnostics = document.makeDiagnostics()
    var root = document.root
    for text in overrides { root = Override(text, diagnostics)?.applied(to: root, diagnostics) ?? root }
    let reader = ExperimentReader(root: root, folder: folder, registry: registry, diagnostics: diagnostics)
    let parts = reader.read()
    try diagnostics.throwIfAny()
    guard let parts else { throw DiagnosticList([Diagnostic(file: document.file, message: "unreadable experiment")]) }
    self.document = document
    file = document.file
    name = parts.name
    seeds = parts.seeds
    validationFraction = parts.validationFraction
    data = parts.data
    architectures = parts.architectures
    recipes = parts.recipes
    forget = parts.forget
    methods = parts.methods
    attacks = parts.attacks
    metrics = parts.metrics
    exclusions = parts.exclusions
  }
}

extension Experiment {
  /// Rejects grids with more than `Plan.maximumCells` cells.
  func checkCellCount() throws(DiagnosticList) {
    var count = 1
    for axis in [
      data.count, architectures.count, recipes.count, forget.count, seeds.training.count,
      methods.count * seeds.rounds + 2,
    ] {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis)
      guard !overflow, product <= Plan.maximumCells else {
        let message =
          "the grid has more than \(Plan.maximumCells) cells: data × architectures × training × forget "
          + "requests × seeds × methods, with the original and the retrained model; cut it into several files"
        throw DiagnosticList([Diagnostic(file: file, message: message)])
      }
      count = product
    }
  }
}

/// One value of the axis of training recipes of originals and retrained models.
struct RecipeVariant: Sendable {
  let recipe: OriginalRecipe
  let parameters: JSONValue
  /// The canonical text of the parameters.
  let parametersText: String
  let varied: [Variant.Assignment]

  init(recipe: OriginalRecipe, parameters: JSONValue, varied: [Variant.Assignment]) {
    (self.recipe, self.parameters, self.varied) = (recipe, parameters, varied)
    parametersText = parameters.canonicalText
  }

  /// The swept values, "training.epochs=40"; empty without a sweep.
  var label: String { varied.map { "training.\($0.path)=\($0.value)" }.joined(separator: " ") }
}

/// A forget request as written in the file; class names are resolved once the data set is known.
struct ForgetEntry: Sendable {
  enum Kind: Sendable {
    case classes([NamedValue])
    case groups([NamedGroups], ratio: Double, seed: Int)
    case request(ForgetRequest, seed: Int)
  }
  typealias NamedValue = (name: String, mark: Mark)
  /// Every class with every value of the attribute.
  typealias NamedGroups = (targets: [NamedValue], sensitive: [NamedValue])
  var kind: Kind
  var label: String
  var mark: Mark

  /// The label with the names of the data set's classes and values, also for those given by number.
  func label(of source: any DatasetSource) -> String {
    switch kind {
    case .request: return label
    case .classes(let names):
      return "class " + Self.shown(names, among: source.classNames).joined(separator: "+")
    case .groups(let groups, let ratio, let seed):
      let values = source.attribute?.valueNames ?? []
      let text = groups.map { group in
        [Self.shown(group.targets, among: source.classNames), Self.shown(group.sensitive, among: values)]
          .map { $0.joined(separator: "+") }.joined(separator: "/")
      }
      let suffix = drawsEachSeed ? " seed each" : seed == 0 ? "" : " seed \(seed)"
      return "group \(text.joined(separator: ", ")) \(ratio)\(suffix)"
    }
  }

  private static func shown(_ names: [NamedValue], among known: [String]) -> [String] {
    names.map { given in
      guard let numbers = numbers(of: [given], "class", "classes", among: known, nil) else { return given.name }
      return known[numbers[0]]
    }
  }

  /// The request for the data set of `source`.
  func request(of source: any DatasetSource, diagnostics: Diagnostics?) -> ForgetRequest? {
    switch kind {
    case .request(let request, _): return request
    case .classes(let names):
      return Self.numbers(of: names, "class", "classes", among: source.classNames, diagnostics)
        .map { .classes($0.sorted()) }
    case .groups(let groups, let ratio, _):
      guard let attribute = source.attribute else {
        let name = type(of: source).card.name
        diagnostics?.report("data set '\(name)' has no sensitive attribute, so it has no groups", at: mark)
        return nil
      }
      var found: [SampleGroup] = []
      for (targets, values) in groups {
        guard
          let targets = Self.numbers(of: targets, "class", "classes", among: source.classNames, diagnostics),
          let values = Self.numbers(
            of: values, "value of '\(attribute.name)'", "values", among: attribute.valueNames, diagnostics)
        else { return nil }
        for target in targets {
          for value in values {
            let group = SampleGroup(target: target, sensitive: value)
            if found.contains(group) { diagnostics?.report("a group is named twice", at: mark) }
            found.append(group)
          }
        }
      }
      found.sort { ($0.target, $0.sensitive) < ($1.target, $1.sensitive) }
      return .groups(found, ratio: ratio)
    }
  }

  /// Resolves `names`, given by name or by number; nil, with a diagnostic, where one is unknown.
  ///
  /// Where any known name looks like a number, numbers are read as names only.
  private static func numbers(
    of names: [NamedValue], _ what: String, _ plural: String, among known: [String], _ diagnostics: Diagnostics?
  ) -> [Int]? {
    var numbers: [Int] = []
    let areNumbered = known.contains(where: isNumber)
    for (name, mark) in names {
      let byNumber = areNumbered ? nil : Int(name).flatMap { known.indices.contains($0) ? $0 : nil }
      guard let number = known.firstIndex(of: name) ?? byNumber else {
        let problem =
          Int(name) == nil || areNumbered
          ? unknownName(what, name, known: known)
          : "\(what) \(name) does not exist; \(plural) are 0 to \(known.count - 1)"
        diagnostics?.report(problem, at: mark)
        return nil
      }
      if numbers.contains(number) { diagnostics?.report("\(what) '\(name)' is named twice", at: mark) }
      numbers.append(number)
    }
    return numbers
  }

  private static func isNumber(_ name: String) -> Bool {
    name.allSatisfy { "0123456789+-.".contains($0) } && Double(name) != nil
  }

  /// Whether each training seed has its own draw of the forget set (`seed: each`), so that intervals include its
  /// variance.
  var drawsEachSeed = false

  /// The seed of the draw of the forget set; nil where nothing is drawn.
  ///
  /// It is the same for all seeds of the grid, so that all models forget the same samples, except with `seed: each`.
  func drawSeed(trainingSeed: Int) -> Int? {
    switch kind {
    case .classes, .request(.indices, _): nil
    case .request(_, let seed), .groups(_, _, let seed): drawsEachSeed ? trainingSeed : seed
    }
  }
}

/// An entry of `exclude:`, a pattern of cells to skip.
struct Exclusion: Sendable {
  /// The keys of grid axes; all other keys are parameters.
  static let axes = [
    "data", "architecture", "forget", "seed", "unlearning_seed", "forget_seed", "method", "attack",
  ]
  /// The prefix of keys that are parameters of `training:`.
  static let trainingPrefix = "original_training."

  var conditions: [(key: String, value: String)]
  var mark: Mark

  /// Whether it is limited to some methods, so that originals and retrained models are not excluded.
  var namesMethod: Bool { conditions.contains { $0.key == "method" } }
  var description: String { conditions.map { "\($0.key): \($0.value)" }.joined(separator: ", ") }
}
