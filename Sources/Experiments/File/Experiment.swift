public import ConfigYAML
import Data
public import Foundation
public import Unlearning

/// An experiment file, read and checked: data × architectures × recipes × forget requests × methods × seeds.
public struct Experiment: Sendable {
  /// The value of `experiment:`.
  public let name: String
  /// The file, as it was named.
  public let file: String
  /// An axis of the grid.
  public let seeds: [Int]
  /// The share of the training data that is put aside for validation.
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
  ///   - overrides: "training.epochs=200": values that stand in for those of the file, by path.
  /// - Throws: Everything that is wrong with the file, each with its place.
  public static func load(
    _ url: URL, registry: Registry, overrides: [String] = []
  ) throws(DiagnosticList) -> Experiment {
    let document = try YAMLDocument(contentsOf: url)
    return try Experiment(document, folder: url.deletingLastPathComponent(), registry: registry, overrides: overrides)
  }

  /// Checks a document; index files are looked up in `folder`.
  public init(
    _ document: YAMLDocument, folder: URL, registry: Registry, overrides: [String] = []
  ) throws(DiagnosticList) {
    let diagnostics = document.makeDiagnostics()
    var root = document.root
    for override in overrides { root = root.overridden(by: override, diagnostics) }
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

/// How originals and retrained models are trained: one value of an axis.
struct RecipeVariant: Sendable {
  var recipe: TrainingRecipe
  var parameters: JSONValue
  var varied: [Variant.Assignment]
  /// "training.epochs=40", empty when nothing varies.
  var label: String { varied.map { "training.\($0.path)=\($0.value)" }.joined(separator: " ") }
}

/// A forget request as the file writes it; classes are found by name once the data set is known.
struct ForgetEntry: Sendable {
  enum Kind: Sendable {
    case classes([(name: String, mark: Mark)])
    case request(ForgetRequest, seed: Int)
  }
  var kind: Kind
  var label: String
  var mark: Mark

  /// The request for a data set with these classes.
  func request(classNames: [String], diagnostics: Diagnostics?) -> ForgetRequest? {
    switch kind {
    case .request(let request, _): return request
    case .classes(let names):
      var labels: [Int] = []
      for (name, mark) in names {
        let byNumber = Int(name).flatMap { classNames.indices.contains($0) ? $0 : nil }
        guard let label = classNames.firstIndex(of: name) ?? byNumber else {
          let problem =
            Int(name) == nil
            ? unknownName("class", name, known: classNames)
            : "class \(name) does not exist; classes are 0 to \(classNames.count - 1)"
          diagnostics?.report(problem, at: mark)
          return nil
        }
        if labels.contains(label) { diagnostics?.report("class '\(name)' is named twice", at: mark) }
        labels.append(label)
      }
      return .classes(labels.sorted())
    }
  }

  /// Seeds the draw of samples; the same for all seeds of the grid, so that all models forget the same samples.
  var drawSeed: Int {
    if case .request(_, let seed) = kind { return seed }
    return 0
  }
}

/// A pattern of cells to leave out.
struct Exclusion: Sendable {
  var conditions: [(key: String, value: String)]
  var mark: Mark

  /// Whether it leaves out cells of some methods, and not of everything that it matches otherwise.
  var namesMethod: Bool { conditions.contains { $0.key == "method" } }
  var description: String { conditions.map { "\($0.key): \($0.value)" }.joined(separator: ", ") }
}

extension Node {
  /// This tree with "path.to.key=value" applied; a number in the path counts the items of a list from 0.
  fileprivate func overridden(by text: String, _ diagnostics: Diagnostics) -> Node {
    guard let equals = text.firstIndex(of: "=") else {
      diagnostics.report("override '\(text)' is not of the form path=value", at: nil)
      return self
    }
    let path = text[..<equals].split(separator: ".").map(String.init)
    let value: Node
    do {
      value = try YAMLDocument(text: String(text[text.index(after: equals)...]), file: "override \(text)").root
    } catch {
      for diagnostic in error.diagnostics { diagnostics.report("override '\(text)': \(diagnostic.message)", at: nil) }
      return self
    }
    return replacing(path[...], with: Node(JSONValue(value)), text, diagnostics)
  }

  private func replacing(
    _ path: ArraySlice<String>, with value: Node, _ text: String, _ diagnostics: Diagnostics
  ) -> Node {
    guard let head = path.first else { return value }
    let rest = path.dropFirst()
    switch self {
    case .sequence(var items, let mark):
      guard let index = Int(head), items.indices.contains(index) else {
        diagnostics.report("override '\(text)': '\(head)' is no item of a list of \(items.count)", at: nil)
        return self
      }
      items[index] = items[index].replacing(rest, with: value, text, diagnostics)
      return .sequence(items, mark)
    case .scalar(let scalar) where scalar.text == head:
      // A plugin that is named without parameters gets some.
      let inner = Node.mapping([], mark).replacing(rest, with: value, text, diagnostics)
      return .mapping([.init(key: head, keyMark: mark, value: inner)], mark)
    default:
      let inner = self[head] ?? .mapping([], mark)
      return setting(head, to: inner.replacing(rest, with: value, text, diagnostics))
    }
  }
}
