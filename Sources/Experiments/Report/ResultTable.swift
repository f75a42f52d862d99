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
    var role: ModelRole
    /// One for each column.
    var cells: [Summary?]
  }

  /// Several seeds of one measurement.
  struct Summary: Equatable {
    var mean: String
    /// What is printed after ±: "—" where it is not known, nil for one seed.
    var deviation: String?
    var gap: String?
    /// Whether a value of a seed is not sound.
    var hasCaveat: Bool
    /// Whether the difference may be 0: its 95 % interval, paired by seed, contains 0 or cannot be computed.
    var isInconclusive: Bool

    /// The summary of `rows`, one for each seed of training and of unlearning.
    ///
    /// - Parameter seeds: Seeds of the table. With one, no difference has an interval and none is marked; with more, the
    ///   difference of a method with a single finished seed is marked.
    init(_ rows: [ResultRow], interval: ReportInterval, seeds: Int) {
      // Models unlearned from one original are no independent ones: a training seed is one observation.
      let models = ResultTable.grouped(rows, by: \.seed)
      func means(_ number: (ResultRow) -> Double?) -> [Double?] {
        models.map { rows in
          let numbers = rows.compactMap(number)
          return numbers.count == rows.count ? numbers.mean : nil
        }
      }
      let gaps = means(\.gap).compactMap(\.self)
      let unit = rows[0].unit
      mean = unit.text(means(\.value).compactMap(\.self).mean)
      deviation =
        models.count < 2
        ? nil
        : Statistics.spread(means(\.spreadNumber), interval).map { unit.text($0) } ?? Self.noValue
      // A seed without a gap would make the difference of two means over different seeds.
      let hasGap = rows[0].role != .reference && gaps.count == models.count
      gap = hasGap ? unit.signedText(gaps.mean) : nil
      hasCaveat = rows.contains { $0.caveat != nil }
      let halfWidth = Statistics.spread(means(\.gapSpreadNumber), .t95)
      isInconclusive =
        hasGap && max(seeds, models.count) > 1 && gaps.contains { $0 != 0 }
        && (halfWidth.map { abs(gaps.mean) <= $0 } ?? true)
    }

    static let noValue = "—"
    /// Printed after a value that is not sound.
    static let caveatMark = "†"
    /// Printed after a difference that may be 0.
    static let inconclusiveMark = "?"

    /// The cell in one piece: "35.20† ± 1.40 (+3.50)?".
    var text: String {
      mean + (hasCaveat ? Self.caveatMark : "") + (deviation.map { " ± \($0)" } ?? "")
        + (gap.map { " (\($0))" } ?? "") + (isInconclusive ? Self.inconclusiveMark : "")
    }
  }

  /// The table of `rows`: first the reference, then answers without a model, then the original, then the rest, each in
  /// the order of the rows.
  init(titles: [String], rows: [ResultRow], interval: ReportInterval = .sd) {
    self.titles = titles
    let models = Self.grouped(rows) { [$0.method, $0.parameters, $0.variedParameters] }
    let columns = Self.columns(of: models)
    let seeds = Set(rows.map(\.seed)).count
    let lines = models.map { rows in
      let cells = Self.grouped(rows, by: Column.init)
      let byColumn = Dictionary(
        uniqueKeysWithValues: cells.map { (Column($0[0]), Summary($0, interval: interval, seeds: seeds)) })
      let found = Set(rows.map(\.seed)).count
      let partial = found < seeds ? " (\(found) of \(seeds) seeds)" : ""
      return Row(
        label: Self.label(rows[0]) + partial, role: rows[0].role, cells: columns.map { byColumn[$0] })
    }
    self.columns = columns
    self.rows =
      [.reference, .baseline, .original, .unlearned].flatMap { role in lines.filter { $0.role == role } }
  }

  static func label(_ row: ResultRow) -> String {
    let name = row.variedParameters.isEmpty ? row.method : "\(row.method) \(row.variedParameters)"
    return row.role == .reference ? "\(name) (floor)" : name
  }

  /// Rows of equal keys together, in the order in which the keys come first.
  static func grouped<Key: Hashable>(_ rows: [ResultRow], by key: (ResultRow) -> Key) -> [[ResultRow]] {
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

enum Statistics {
  /// The deviation of `values`, or half the width of the interval of their mean; nil below two values, or where one is
  /// not known.
  static func spread(_ values: [Double?], _ interval: ReportInterval) -> Double? {
    let known = values.compactMap(\.self)
    guard known.count == values.count, let deviation = known.sampleDeviation else { return nil }
    switch interval {
    case .sd: return deviation
    case .t95: return StudentT.quantile95(degrees: known.count - 1) * deviation / Double(known.count).squareRoot()
    }
  }
}
