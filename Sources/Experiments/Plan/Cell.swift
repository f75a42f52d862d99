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
  /// The seeds as people read them: without what follows from others.
  let seedLabel: String
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
    [data, architecture, forget, variedParameters.isEmpty ? method : "\(method)(\(variedParameters))", seedLabel]
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
