public import JSON
import ConfigYAML
import Data
package import Unlearning

/// One model of the grid under evaluation: an original, a retrained or an unlearned model.
public struct Cell: Sendable {
  /// The label of the data set, with its swept values.
  public let data: String
  /// The label of the architecture, with its swept values.
  public let architecture: String
  /// The label of the forget request.
  public let forget: String
  /// The method; "original" for the model before unlearning.
  public let method: String
  /// The resolved parameters of the method, and of the training where it is swept.
  public let parameters: JSONValue
  /// The swept values, "tilt=10 temperature=0.1"; empty without a sweep.
  public let variedParameters: String
  /// The seeds of training, unlearning and the forget set.
  public let seeds: ModelSeeds
  /// The seeds as displayed, without those that follow from others.
  let seedLabel: String
  /// The index of its unlearning seed in the file; models of one method and one index are evaluated as a bank.
  let round: Int
  /// The role of the model in its table: original, reference or unlearned.
  public let role: ModelRole

  /// The attack and metric steps of this model.
  package let probes: [Probe]
  /// The unlearning step of the model, and the notes that tables show.
  let notes: (step: StepKey, shown: [(name: String, unit: MeasurementUnit)])?
  /// The identity of everything but method and seed; cells of one group share a reference.
  let group: String

  /// One attack or metric on one cell.
  package struct Probe: Sendable {
    package let kind: ProbeKind
    /// The label of the plugin, the prefix of its measurement names.
    package let name: String
    let key: StepKey
  }

  /// The seed of the original's or the retrained model's training.
  public var seed: Int { seeds.training }

  /// A description of the cell in one line.
  public var label: String {
    [data, architecture, forget, variedParameters.isEmpty ? method : "\(method)(\(variedParameters))", seedLabel]
      .joined(separator: " / ")
  }
}

/// A cell that is not run: not feasible, or excluded by the file.
public struct PrunedCell: Sendable, Hashable {
  /// The description of the cell.
  public let description: String
  /// The reason, as displayed.
  public let reason: String

  /// A cell that is not run.
  package init(description: String, reason: String) {
    self.description = description
    self.reason = reason
  }

  /// The maximum number of cells that `lines` names per reason.
  private static let namedCells = 3

  /// Lines to display: the first cells of each reason, the last one with the number of further cells.
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
