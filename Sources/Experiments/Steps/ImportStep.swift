import Data
import Engine
import Foundation
import JSON
import Unlearning

extension StepKind {
  /// Reads a model's predictions from a file of another program and stores them.
  public static let imported = StepKind(rawValue: "import")
}

/// Reads a model's predictions from a file of another program and stores them.
package struct ImportStep: StepBody {
  package static let kind = StepKind.imported
  package static let weight = 0.1
  package var setting: StepSetting
  var place: ModelPlace
  var scores: ScoreKind

  package var inputs: [StepKey] { [] }

  package func run(on bench: Bench) throws -> Artifact {
    let split = try bench.split(setting)
    let numbers = try bench.workshop.planned.checking {
      try bench.workshop.planned.verify([URL(fileURLWithPath: place.file)])
      let array = try place.open()
      return try place.index.map { index throws(ArrayFileError) in try array.numbers(at: index) } ?? array.numbers()
    }
    let width = scores == .logits ? split.retainTrain.classCount : 1
    let parts = try Part.allCases.map { part -> (Part, Predictions) in
      let data = split.dataset(part)
      let rows = data.indices.map { Array(numbers[$0 * width..<($0 + 1) * width]) }
      if let row = rows.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) {
        throw ImportError.notFinite(place, sample: data.indices[row], scores)
      }
      switch scores {
      case .logits:
        let logits = Tensor(Array(rows.joined()), shape: [data.count, width])
        return (part, Predictions(logits: logits, features: nil, labels: data.labels, indices: data.indices))
      case .margins:
        return (part, Predictions(margins: rows.map { Double($0[0]) }, labels: data.labels, indices: data.indices))
      }
    }
    let outputs = ModelOutputs(Dictionary(uniqueKeysWithValues: parts))
    return Artifact([(OutputsFile.name, OutputsFile.encode(outputs))])
  }
}

/// Why the numbers of a model are no predictions.
enum ImportError: Error, Hashable, CustomStringConvertible {
  case notFinite(ModelPlace, sample: Int, ScoreKind)

  var description: String {
    switch self {
    case .notFinite(let place, let sample, let scores):
      "\(place.file): "
        + [place.array, place.index.map { "model \($0)" } ?? "", "sample \(sample)"].filter { !$0.isEmpty }
        .joined(separator: ", ")
        + ": the \(scores.rawValue) are not finite (NaN or infinity); the model may have diverged"
    }
  }
}

extension PlanBuilder {
  /// Plans a model and its predictions: an original, one that `method` makes, or one whose predictions are imported.
  ///
  /// - Parameter position: The index of the setting in the group.
  mutating func addModel(
    _ setting: Setting, _ position: Int, method: Variant?, original: StepKey?
  ) throws -> (model: StepKey, predictions: StepKey) {
    if let imports = experiment.imports {
      let place = imports.places(of: method?.name)[position]
      let key = try addImport(setting, place, imports.scores, of: method?.label ?? Self.originalName)
      return (key, key)
    }
    let model: StepKey
    if let method {
      model = try addUnlearning(setting, method: method, original: original)
    } else {
      model = try addTraining(setting)
    }
    return (model, try addPrediction(setting, model: model, of: method?.label ?? Self.originalName))
  }

  /// The name of the model before unlearning.
  static let originalName = "original"

  mutating func addImport(
    _ setting: Setting, _ place: ModelPlace, _ scores: ScoreKind, of name: String
  ) throws -> StepKey {
    let parts =
      common(setting) + (try request(setting)) + (try identity(of: place))
      + [KeyPart("scores", .string(scores.rawValue))]
    return add(
      ImportStep(setting: setting.values, place: place, scores: scores),
      label(setting, setting.values.requestLabel, name), configuration: parts,
      plugins: [experiment.data[setting.data]])
  }

  /// The content of the file of `place`, not its path, and where the numbers are in it.
  mutating func identity(of place: ModelPlace) throws -> [KeyPart] {
    let url = URL(fileURLWithPath: place.file)
    let digest = try importedDigests[place.file] ?? FileDigest.sha256(of: [url])[0]
    importedDigests[place.file] = digest
    files.add(url, digest: digest)
    let parts = [KeyPart("file", .string(digest)), KeyPart("array", .string(place.array))]
    return parts + (place.index.map { [KeyPart("index", .int($0))] } ?? [])
  }
}
