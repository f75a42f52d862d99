import Unlearning

/// The results of one data set, architecture and forget request: methods down, measurements across.
struct ResultTable {
  /// Data set, architecture, forget request.
  var titles: [String]
  var columns: [Column]
  var rows: [Row]

  /// One measurement.
  struct Column: Hashable {
    /// The plugin, with what varies.
    var group: String
    /// The split or variant.
    var variant: String
    var unit: MeasurementUnit

    init(_ row: ResultRow) {
      // What varies may have dots, a variant never has.
      let dot = row.name.lastIndex(of: ".")
      group = dot.map { String(row.name[..<$0]) } ?? row.name
      variant = dot.map { String(row.name[row.name.index(after: $0)...]) } ?? ""
      unit = row.unit
    }

    /// The full name, with the unit where it is not percent.
    var title: String {
      let name = variant.isEmpty ? group : "\(group).\(variant)"
      return unit.suffix.map { "\(name) (\($0))" } ?? name
    }

    /// The name below that of the group.
    var subtitle: String {
      unit.suffix.map { variant.isEmpty ? "(\($0))" : "\(variant) (\($0))" } ?? variant
    }
  }

  /// One method.
  struct Row {
    var label: String
    var isReference: Bool
    var isOriginal: Bool
    /// One for each column.
    var cells: [Summary?]
  }

  /// Several seeds of one measurement.
  struct Summary: Equatable {
    var mean: String
    var deviation: String?
    var gap: String?

    init(_ rows: [ResultRow]) {
      let values = rows.map(\.value)
      let gaps = rows.compactMap(\.gap)
      let unit = rows[0].unit
      mean = unit.text(Statistics.mean(values))
      deviation = Statistics.sampleDeviation(values).map { unit.text($0) }
      // A seed without a gap would make the difference of two means over different seeds.
      let hasGap = !rows[0].isReference && gaps.count == rows.count
      gap = hasGap ? unit.signedText(Statistics.mean(gaps)) : nil
    }
  }

  /// The table of `rows`: first the reference, then the original, then the rest, each in the order of the rows.
  init(titles: [String], rows: [ResultRow]) {
    self.titles = titles
    let models = Self.grouped(rows) { [$0.method, $0.parameters, $0.variedParameters] }
    let columns = Self.columns(of: models)
    let seeds = Set(rows.map(\.seed)).count
    let lines = models.map { rows in
      let cells = Self.grouped(rows, by: Column.init)
      let byColumn = Dictionary(uniqueKeysWithValues: cells.map { (Column($0[0]), Summary($0)) })
      let found = Set(rows.map(\.seed)).count
      let partial = found < seeds ? " (\(found) of \(seeds) seeds)" : ""
      return Row(
        label: Self.label(rows[0]) + partial, isReference: rows[0].isReference, isOriginal: rows[0].isOriginal,
        cells: columns.map { byColumn[$0] })
    }
    self.columns = columns
    self.rows =
      lines.filter(\.isReference) + lines.filter { $0.isOriginal && !$0.isReference }
      + lines.filter { !$0.isOriginal && !$0.isReference }
  }

  private static func label(_ row: ResultRow) -> String {
    let name = row.variedParameters.isEmpty ? row.method : "\(row.method) \(row.variedParameters)"
    return row.isReference ? "\(name) (floor)" : name
  }

  /// Rows of equal keys together, in the order in which the keys come first.
  private static func grouped<Key: Hashable>(_ rows: [ResultRow], by key: (ResultRow) -> Key) -> [[ResultRow]] {
    var places: [Key: Int] = [:]
    var groups: [[ResultRow]] = []
    for row in rows {
      if let place = places[key(row)] {
        groups[place].append(row)
      } else {
        places[key(row)] = groups.count
        groups.append([row])
      }
    }
    return groups
  }

  /// All columns; one that the first models lack comes behind its neighbour in the first model that has it.
  private static func columns(of models: [[ResultRow]]) -> [Column] {
    var columns: [Column] = []
    for rows in models {
      var next = 0
      for row in rows {
        let column = Column(row)
        if let place = columns.firstIndex(of: column) {
          next = place + 1
        } else {
          columns.insert(column, at: next)
          next += 1
        }
      }
    }
    // Columns of one plugin stand together, whatever the order of the rows.
    return grouped(columns)
  }

  private static func grouped(_ columns: [Column]) -> [Column] {
    var groups: [String] = []
    for column in columns where !groups.contains(column.group) { groups.append(column.group) }
    return groups.flatMap { group in columns.filter { $0.group == group } }
  }
}

/// Mean and deviation of a few numbers.
enum Statistics {
  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// The sample standard deviation √(Σ(x − mean)² / (n − 1)); nil for one value.
  static func sampleDeviation(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let mean = mean(values)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }
}
