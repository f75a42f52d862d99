public import JSON
import ConfigYAML
import Data
package import Unlearning

/// One model of the grid that is attacked and measured: an original, a retrained or an unlearned one.
public struct Cell: Sendable {
  /// The data set, with what varies.
  public let data: String
  /// The architecture, with what varies.
  public let architecture: String
  /// The forget request.
  public let forget: String
  /// The method; "original" for the model before unlearning.
  public let method: String
  /// The resolved parameters of the method, and of the training where that varies.
  public let parameters: JSONValue
  /// What sweeps vary: "tilt=10 temperature=0.1"; empty if nothing.
  public let variedParameters: String
  /// What its random numbers come from.
  public let seeds: ModelSeeds
  /// The place of its unlearning seed among those of the file: models of one method and one place are compared as a bank.
  let round: Int
  /// What the model is in its table.
  public let role: ModelRole

  /// The attack and metric steps of this model.
  package let probes: [Probe]
  /// The step that made the model of a method, and what tables show of its notes.
  let notes: (step: StepKey, shown: [(name: String, unit: MeasurementUnit)])?
  /// Cells of one group are compared with one reference: everything but method and seed.
  let group: String

  /// One attack or metric on one cell.
  package struct Probe: Sendable {
    package let kind: ProbeKind
    /// The plugin, with what varies: the first part of every measurement's name.
    package let name: String
    let key: StepKey
  }

  /// The seed of the original's or the retrained model's training.
  public var seed: Int { seeds.training }

  /// The cell in one line.
  public var label: String {
    [data, architecture, forget, variedParameters.isEmpty ? method : "\(method)(\(variedParameters))", seeds.label]
      .joined(separator: " / ")
  }
}

/// A cell that cannot be, or that the file leaves out.
public struct PrunedCell: Sendable, Hashable {
  /// The cell.
  public let description: String
  /// Why it is not run.
  public let reason: String

  /// The most cells that `lines` names for one reason.
  private static let namedCells = 3

  /// Lines for people: the first cells of each reason, the last of them with the number of the others.
  package static func lines(_ cells: [PrunedCell]) -> [String] {
    let counts = Dictionary(cells.map { ($0.reason, 1) }, uniquingKeysWith: +)
    var named: [String: Int] = [:]
    return cells.compactMap { cell in
      named[cell.reason, default: 0] += 1
      guard let place = named[cell.reason], let count = counts[cell.reason], place <= namedCells else { return nil }
      let others = place < namedCells || count == place ? "" : " and \(count - place) more"
      return "\(cell.description)\(others): \(cell.reason)"
    }
  }
}

/// What a step does.
public enum StepKind: String, Sendable, Codable, CaseIterable {
  /// Trains an original model.
  case train
  /// Runs a method.
  case unlearn
  /// Runs a model over all parts of the data.
  case predict
  /// Lets an attack learn from the retrained models.
  case calibrate
  /// Runs an attack on a model.
  case attack
  /// Runs a metric on a model.
  case measure
}

/// One unit of work whose result is kept.
public struct Step: Sendable {
  /// What names its result.
  public let key: StepKey
  /// What it does.
  public let kind: StepKind
  /// What it does, for people.
  public let label: String
  /// The steps whose results it reads.
  public let parents: [StepKey]
  /// The configuration that the key is made of.
  package let configuration: JSONValue
  /// Names and versions of the plugins that take part.
  package let plugins: [String: Int]
  let work: Work

  /// What is known of its measurements, if it makes any.
  var expected: ExpectedMeasurements? {
    switch work {
    case .attack(_, _, let target), .measure(_, _, let target): target.expected
    case .train, .unlearn, .predict, .calibrate: nil
    }
  }

  /// What the executor needs to do it.
  enum Work: Sendable {
    case train(Setting)
    case unlearn(Setting, method: Variant, original: StepKey?)
    case predict(Setting, model: StepKey, features: Bool)
    case calibrate(Setting, attack: Variant, bank: [StepKey])
    case attack(Setting, attack: Variant, target: Target)
    case measure(Setting, metric: Variant, target: Target)
  }

  /// What a cell of the grid shares with its neighbours.
  struct Setting: Sendable {
    var data: Int
    var architecture: Variant
    var recipe: RecipeVariant
    var request: ForgetRequest
    /// The request with the names of the data set's classes, as tables and progress print it.
    var requestLabel: String
    var seeds: ModelSeeds

    /// The setting of the call `round` of a method.
    func unlearning(_ seed: Int) -> Setting {
      var setting = self
      setting.seeds.unlearning = seed
      return setting
    }
  }

  /// The model that is attacked or measured, and what is known of its peers.
  struct Target: Sendable {
    var predictions: StepKey
    var bank: [StepKey]
    /// The place of the target in the bank.
    var position: Int?
    var calibration: StepKey?
    /// The step whose cost is measured.
    var costOf: StepKey?
    /// Steps whose measurements are read, with the names that stand before theirs.
    var measurements: [(name: String, key: StepKey)]
    var referenceMeasurements: [(name: String, key: StepKey)]
    /// The same of each other retrained model, where the target is one.
    var otherReferenceMeasurements: [[(name: String, key: StepKey)]]?
    /// The models of the same method, where they are read, and the place of the target among them.
    var peers: [StepKey] = []
    var peerPosition: Int?
    /// What is measured in place of the target.
    var baseline: Baseline?
    var expected = ExpectedMeasurements()
  }
}
