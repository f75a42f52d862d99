import Data
import Engine
import Foundation
import Unlearning

/// The models of an audit, whose predictions another program made.
struct ImportedModels: Sendable {
  var scores: ScoreKind
  /// One for each model; those of one index belong together, as those of one seed do.
  var originals: [ModelPlace]
  var retrained: [ModelPlace]
  var methods: [String: [ModelPlace]]
  var shadows: ImportedShadows?

  /// What an audit does not have, and why.
  var lacking: [EvidenceKind: String] {
    var lacking: [EvidenceKind: String] = [
      .features: "an audit has none", .cost: "an audit has seen no call",
      .models: "an audit has predictions alone",
    ]
    if scores == .margins { lacking[.predictions] = "the file has margins alone" }
    if originals.isEmpty { lacking[.originalModels] = "the file names none" }
    if shadows == nil { lacking[.shadowModels] = "the file names none in 'shadows'" }
    return lacking
  }

  /// The models of a method, nil for originals.
  func places(of method: String?) -> [ModelPlace] {
    method.map { $0 == PlanBuilder.referenceName ? retrained : methods[$0, default: []] } ?? originals
  }
}

/// Shadow models of random halves that another program made, see `ShadowBank`.
struct ImportedShadows: Sendable {
  var originals: [ModelPlace]
  /// The models of each method, and of retraining.
  var methods: [String: [ModelPlace]]
  var members: ShadowMembers
}

/// What shadow models were trained on and forgot.
struct ShadowMembers: Codable, Hashable, Sendable {
  /// `[originals][N]`.
  var membership: ModelPlace
  /// `[unlearned][N]`.
  var forgotten: ModelPlace
  /// For each unlearned model the index of its original.
  var originalsOfUnlearned: [Int]
}

/// Where the numbers of one model are.
struct ModelPlace: Codable, Hashable, Sendable {
  var file: String
  var array: String
  /// The index in the first dimension; nil where the array is of one model.
  var index: Int?

  /// The array, of which nothing but the shape is read.
  func open() throws(ArrayFileError) -> FileArray {
    try ArrayFile(URL(fileURLWithPath: file)).array(array)
  }
}

/// The samples of an audit as a data set without pictures.
struct AuditedSamples: DatasetSource {
  static let card = Card(
    name: "audited-samples", title: "Samples of an audit", summary: "Labels and parts of samples without pictures.",
    source: Source(authors: "This project", venue: "none"))
  static let remoteFiles: [RemoteFile] = []
  @Parameter("names of the classes") var classNames: [String] = []
  @Parameter("file of the labels", isFile: true) var labels = ""
  @Parameter("array of the labels") var labelsArray = ""
  @Parameter("file of the parts", isFile: true) var parts = ""
  @Parameter("array of the parts") var partsArray = ""
  var imageShape: [Int] { [1, 1, 1] }

  init() {}

  func localFiles() -> [URL] { [labels, parts].map { URL(fileURLWithPath: $0) } }

  func load() throws(DataError) -> DataSplits {
    let labels: [Int], parts: [Part?]
    do throws(ArrayFileError) {
      labels = try ArrayFile(URL(fileURLWithPath: self.labels)).array(labelsArray).integers()
      parts = try ArrayFile(URL(fileURLWithPath: self.parts)).array(partsArray).integers().map(Part.init(number:))
    } catch {
      throw .unreadable(path: self.labels, reason: error.description)
    }
    guard labels.count == parts.count, labels.allSatisfy(classNames.indices.contains) else {
      throw .changed(path: self.labels, planned: nil)
    }
    let whole = Dataset(
      name: Self.card.name, classNames: classNames, imageShape: imageShape, storedShape: imageShape,
      normalization: Normalization(mean: [0], deviation: [1]), pixels: .absent(count: labels.count), labels: labels)
    func rows(_ wanted: Part...) -> Dataset {
      whole.selecting(parts.indices.filter { parts[$0].map(wanted.contains) ?? false })
    }
    return DataSplits(train: rows(.forgetTrain, .retainTrain), test: rows(.forgetTest, .retainTest))
  }
}

extension Part {
  /// The part of a number in the array `parts`, by the order of the cases; nil for samples that are in none.
  init?(number: Int) {
    guard Part.allCases.indices.contains(number) else { return nil }
    self = Part.allCases[number]
  }
}

/// An architecture, or a method, of which an audit knows the name alone.
struct AuditedModel: Architecture, UnlearningMethod {
  static let card = Card(
    name: "audited-model", title: "Model of an audit", summary: "A model that another program made.",
    source: Source(authors: "This project", venue: "none"))
  static let needs: Set<MethodNeed> = []
  static let serves = Set(RequestKind.allCases)

  init() {}

  func body(imageShape: [Int]) throws(ParameterError) -> any Layer {
    throw ParameterError([.init(parameter: "architecture", message: "is not known in an audit")])
  }

  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) -> Classifier { original }
}
