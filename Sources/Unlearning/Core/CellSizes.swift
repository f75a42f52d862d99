/// The sample counts of a grid cell by part and class, known before anything is trained.
public struct CellSizes: Sendable, Hashable {
  /// For each part, the samples of each class: K counts.
  public var counts: [Part: [Int]]
  /// The forgotten classes in ascending order; empty for sample requests.
  public var forgottenClasses: [Int]
  /// The names of the classes, by label.
  public var classNames: [String]
  /// D, the length of the feature vector that enters the head; nil where it is not known.
  public var featureCount: Int?

  /// The number of models of each kind in the bank, at least one per seed; nil where it is not known.
  public var modelCount: Int?

  /// Sizes from counts; without `featureCount` D is not known, without `modelCount` the bank.
  public init(
    counts: [Part: [Int]], forgottenClasses: [Int], classNames: [String], featureCount: Int? = nil,
    modelCount: Int? = nil
  ) {
    self.counts = counts
    self.forgottenClasses = forgottenClasses
    self.classNames = classNames
    self.featureCount = featureCount
    self.modelCount = modelCount
  }

  /// An example cell in which all probes apply: three classes, the first one forgotten, with many samples in all parts.
  public static let everything = CellSizes(
    counts: [
      .forgetTrain: [1000, 0, 0], .retainTrain: [0, 1000, 1000], .forgetTest: [1000, 0, 0],
      .retainTest: [0, 1000, 1000],
    ], forgottenClasses: [0], classNames: ["a", "b", "c"], modelCount: 16)

  /// The number of samples of `part`, over all classes.
  public subscript(part: Part) -> Int { counts[part, default: []].reduce(0, +) }
  /// K, the number of classes.
  public var classCount: Int { classNames.count }
  /// The unseen part to compare with the forget set: forget test in class requests, else retain test.
  public var unseenPart: Part { forgottenClasses.isEmpty ? .retainTest : .forgetTest }

  /// The number of samples of class `label` in `part`.
  public func count(_ part: Part, of label: Int) -> Int {
    let counts = counts[part, default: []]
    return counts.indices.contains(label) ? counts[label] : 0
  }

  /// "needs test samples of class anna, which has none"; nil where any forgotten class has some, or none is forgotten.
  public var missingForgetTest: String? {
    forgottenClasses.isEmpty || self[.forgetTest] > 0 ? nil : missing(forgottenClasses, in: .forgetTest)
  }

  /// A text such as "needs test samples of class anna, which has none" about `classes` in `part`; nil where all have
  /// some.
  public func missing(_ classes: [Int], in part: Part) -> String? {
    let names = classes.filter { count(part, of: $0) == 0 }.map {
      classNames.indices.contains($0) ? classNames[$0] : "\($0)"
    }
    guard !names.isEmpty else { return nil }
    let kind = part == .forgetTest || part == .retainTest ? "test" : "training"
    let subject =
      names.count == 1
      ? "class \(names[0]), which has none" : "classes \(names.joined(separator: ", ")), which have none"
    return "needs \(kind) samples of \(subject)"
  }
}

/// A plugin that runs in grid cells and can exclude a cell before anything is trained.
public protocol CellPlugin: Plugin {
  /// Why it does not apply to a cell of these sizes, so that the plan skips it; by default nil.
  ///
  /// The text follows the plugin's name, such as "needs test samples of two kept classes".
  func obstacle(in cell: CellSizes) -> String?
}

extension CellPlugin {
  /// None.
  public func obstacle(in cell: CellSizes) -> String? { nil }
}
