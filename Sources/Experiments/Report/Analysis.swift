public import Unlearning

/// What the rows of a report say, as numbers: nothing is rounded, and nothing depends on the format it is written in.
public struct Analysis: Sendable, Hashable, Codable {
  /// One table for each data set, architecture and forget request, in the order of the rows.
  public var tables: [Table]
  /// Each caveat once, in the order of the rows.
  public var caveats: [Caveat]

  /// The results of one data set, architecture and forget request: models down, measurements across.
  ///
  /// In each column the best method by the measurement's direction, for `nearest` the one with the mean nearest to the
  /// retrained models', shares its mark (`Estimate.isBest`) with all that are not found worse at 5 %: by Student's t of
  /// the differences paired by seed, with Holm's correction over the comparisons with the best. Where no method is found
  /// worse, none has the mark.
  public struct Table: Sendable, Hashable, Codable {
    /// The data set, with what varies in parentheses.
    public var data: String
    /// The architecture, with what varies in parentheses.
    public var architecture: String
    /// The forget request.
    public var forget: String
    /// The seeds of training of all models.
    public var seeds: [Int]
    /// Those of one attack or metric stand together.
    public var measurements: [Measurement]
    /// First the references, then answers without a model, then originals, then what methods made.
    public var models: [Model]
  }

  /// A number that is measured of models.
  public struct Measurement: Sendable, Hashable, Codable {
    /// `<plugin>.<variant or split>`.
    public var name: String
    /// The unit of the estimates.
    public var unit: MeasurementUnit
    /// Which values are better.
    public var direction: Direction
    /// What found the values.
    public var kind: ResultKind
  }

  /// The models of one method and one set of parameters.
  public struct Model: Sendable, Hashable, Codable {
    /// The method; "original" for the model before unlearning.
    public var method: String
    /// What sweeps vary, "tilt=10 temperature=0.1".
    public var variedParameters: String
    /// All parameters, resolved, as JSON text.
    public var parameters: String
    /// What the model is in its table.
    public var role: ModelRole
    /// The seeds of training with a value; fewer than those of the table where results are missing.
    public var seeds: [Int]
    /// One for each measurement of the table; nil where there is no value.
    public var estimates: [Estimate?]
    /// The attack that finds what a method made, or the original, most clearly; nil for other roles, and where no attack
    /// has a difference with a p-value.
    public var worstCase: WorstCase?
  }

  /// Why a value says less than it seems to, and which values it concerns.
  public struct Caveat: Sendable, Hashable, Codable {
    /// The reason.
    public var text: String
    /// The measurements concerned, each with its models.
    public var places: [Place]

    /// A measurement of some models.
    public struct Place: Sendable, Hashable, Codable {
      /// The name of the measurement.
      public var measurement: String
      /// The models, as tables name them.
      public var models: [String]
    }
  }
}

extension Analysis {
  /// The analysis of `rows`.
  ///
  /// - Throws: `ResultsError.nameTwice` where two rows are one measurement of one model.
  public init(_ rows: [ResultRow]) throws(ResultsError) {
    try ResultsError.check(rows)
    tables = rows.grouped { [$0.data, $0.architecture, $0.forget] }.map(Table.init)
    caveats = rows.filter { $0.caveat != nil }.grouped(by: \.caveat).map { rows in
      let places = rows.grouped(by: \.name).map { rows in
        Caveat.Place(measurement: rows[0].name, models: rows.grouped(by: \.modelName).map { $0[0].modelName })
      }
      return Caveat(text: rows[0].caveat ?? "", places: places)
    }
  }
}

extension Analysis.Table {
  /// The table of `rows`, which are of one data set, architecture and request.
  fileprivate init(_ rows: [ResultRow]) {
    let models = rows.grouped { [$0.method, $0.parameters, $0.variedParameters] }
    let measurements = Self.measurements(of: models)
    let seeds = rows.grouped(by: \.seed).map { $0[0].seed }
    var found = models.map { rows in
      let values = Dictionary(grouping: rows, by: Analysis.Measurement.init)
      let estimates = measurements.map { values[$0].map { Analysis.Estimate($0, seeds: seeds.count) } }
      let isJudged = [.original, .unlearned].contains(rows[0].role)
      return Analysis.Model(
        method: rows[0].method, variedParameters: rows[0].variedParameters, parameters: rows[0].parameters,
        role: rows[0].role, seeds: rows.grouped(by: \.seed).map { $0[0].seed },
        estimates: estimates, worstCase: isJudged ? Analysis.WorstCase(estimates, of: measurements) : nil)
    }
    for place in measurements.indices where measurements[place].kind != .note {
      let methods = found.indices.filter { found[$0].role == .unlearned }
      let costs = methods.map { method in
        let rows = models[method].filter { $0.name == measurements[place].name }
        return PairedValues(cost: rows, measurements[place].direction)
      }
      for (method, isBest) in zip(methods, costs.sharesTheLeast) { found[method].estimates[place]?.isBest = isBest }
    }
    self.init(
      data: rows[0].data, architecture: rows[0].architecture, forget: rows[0].forget, seeds: seeds,
      measurements: measurements,
      models: [.reference, .baseline, .original, .unlearned].flatMap { role in found.filter { $0.role == role } })
  }

  /// All measurements; one that the first models lack comes after its neighbor in the first model that has it.
  private static func measurements(of models: [[ResultRow]]) -> [Analysis.Measurement] {
    var measurements: [Analysis.Measurement] = []
    for rows in models {
      var next = 0
      for row in rows {
        let measurement = Analysis.Measurement(row)
        if let place = measurements.firstIndex(of: measurement) {
          next = place + 1
        } else {
          measurements.insert(measurement, at: next)
          next += 1
        }
      }
    }
    return measurements.grouped(by: \.probe).flatMap(\.self)
  }
}

extension Analysis.Measurement {
  fileprivate init(_ row: ResultRow) {
    self.init(name: row.name, unit: row.unit, direction: row.direction, kind: row.kind)
  }

  /// The attack or metric, with what varies; "notes" for what methods note.
  public var probe: String { parts.probe }

  /// The split or variant; empty where the name has none.
  public var variant: String { parts.variant }

  /// What varies may contain dots, a variant never does.
  private var parts: (probe: String, variant: String) {
    guard let dot = name.lastIndex(of: ".") else { return (name, "") }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }
}

extension Analysis.Model {
  /// The method with what varies, as tables name it.
  public var name: String { Self.name(method, variedParameters, role) }

  static func name(_ method: String, _ variedParameters: String, _ role: ModelRole) -> String {
    let name = variedParameters.isEmpty ? method : "\(method) \(variedParameters)"
    return role == .reference ? "\(name) (floor)" : name
  }
}

extension ResultRow {
  fileprivate var modelName: String { Analysis.Model.name(method, variedParameters, role) }
}

extension Array {
  /// Elements of equal keys together, in the order in which the keys come first.
  func grouped<Key: Hashable>(by key: (Element) -> Key) -> [[Element]] {
    var places: [Key: Int] = [:]
    var groups: [[Element]] = []
    for element in self {
      let key = key(element)
      if let place = places[key] {
        groups[place].append(element)
      } else {
        places[key] = groups.count
        groups.append([element])
      }
    }
    return groups
  }
}
