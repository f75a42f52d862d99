import Unlearning

/// What keeps results from being a table.
public enum ResultsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Two measurements of one model have one name; they would be averaged as if they were of two seeds.
  case nameTwice(String, cell: String)

  /// Names the measurement and the model.
  public var description: String {
    switch self {
    case .nameTwice(let name, let cell):
      "two measurements of '\(cell)' are named '\(name)'; one of the plugins must name its values otherwise"
    }
  }

  /// - Throws: `nameTwice` for the first row that is the same measurement of the same model as one before it.
  static func check(_ rows: [ResultRow]) throws(ResultsError) {
    struct Place: Hashable {
      var texts: [String]
      var seeds: [Int?]
    }
    var places: Set<Place> = []
    for row in rows {
      let place = Place(
        texts: [row.data, row.architecture, row.forget, row.method, row.variedParameters, row.parameters, row.name],
        seeds: [row.seed, row.unlearningSeed, row.forgetSeed])
      guard places.insert(place).inserted else { throw .nameTwice(row.name, cell: row.model) }
    }
  }
}

extension ResultRow {
  /// The model that was measured, in one line.
  fileprivate var model: String {
    let method = variedParameters.isEmpty ? method : "\(method)(\(variedParameters))"
    let seeds = "seed \(seed)" + (unlearningSeed.map { ", unlearning seed \($0)" } ?? "")
    return [data, architecture, forget, method, seeds].joined(separator: " / ")
  }
}
