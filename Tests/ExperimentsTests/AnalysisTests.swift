import Experiments
import Foundation
import Testing
import Unlearning

@Suite("analysis of results") struct AnalysisTests {
  private struct Golden: Decodable {
    struct Row: Decodable {
      var seed: Int, unlearning: Int, value: Double
      var reference: Double?, spread: Double?, gap_spread: Double?
    }
    struct Difference: Decodable { var count: Int, mean: Double, half_width: Double?, verdict: Analysis.Verdict }
    struct Estimate: Decodable {
      var count: Int, mean: Double
      var deviation: Double?, half_width: Double?, reference: Double?, difference: Difference?
    }
    struct Case: Decodable { var kind: String, seeds: Int, rows: [Row], expected: Estimate }
    var cases: [Case]
  }

  private func cases(from file: String = #filePath) throws -> [Golden.Case] {
    let folder = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
    return try JSONDecoder().decode(
      Golden.self, from: try Data(contentsOf: folder.appending(path: "Golden/analysis/golden.json"))
    ).cases
  }

  private func row(
    _ method: String, seed: Int, unlearning: Int? = nil, value: Double = 0.5, reference: Double? = nil,
    forget: String = "class circle", forgetSeed: Int? = nil, parameters: String = "{}",
    name: String = "accuracy.forget", role: ModelRole = .unlearned
  ) -> ResultRow {
    ResultRow(
      experiment: "demo", data: "shapes", architecture: "mlp", forget: forget, method: method, parameters: parameters,
      seeds: ModelSeeds(training: seed, unlearning: unlearning, forget: forgetSeed), kind: .metric, name: name,
      value: value, unit: .fraction, direction: .nearest, reference: reference, gap: reference.map { value - $0 },
      role: role)
  }

  private func spread(_ number: Double?, of value: Double) -> Spread? {
    number.map { $0 == value ? nil : .pseudoValue($0) } ?? .unknown
  }

  @Test("means, spreads, intervals, differences and verdicts agree with NumPy and SciPy") func golden() throws {
    func agree(_ found: Double?, _ expected: Double?) -> Bool {
      if let found, let expected { abs(found - expected) < 1e-10 } else { found == nil && expected == nil }
    }
    var verdicts: Set<Analysis.Verdict> = []
    for golden in try cases() {
      let rows = golden.rows.map { golden in
        var row = row(
          "rwft", seed: golden.seed, unlearning: golden.unlearning, value: golden.value, reference: golden.reference)
        row.spread = spread(golden.spread, of: golden.value)
        row.gapSpread = row.gap.flatMap { spread(golden.gap_spread, of: $0) }
        return row
      }
      // The other models of the table have all seeds.
      let others = (1...golden.seeds).map { row("original", seed: $0, role: .original) }
      let table = try #require(try Analysis(others + rows).tables.first)
      let model = try #require(table.models.first { $0.method == "rwft" })
      let found = try #require(model.estimates[0])
      let expected = golden.expected
      let place = "\(golden.kind), \(golden.seeds) seeds: \(found), \(expected)"
      #expect(found.count == expected.count && model.seeds.count == expected.count, "\(place)")
      #expect(agree(found.mean, expected.mean) && agree(found.reference, expected.reference), "\(place)")
      #expect(agree(found.deviation, expected.deviation) && agree(found.halfWidth, expected.half_width), "\(place)")
      #expect(agree(found.difference?.mean, expected.difference?.mean), "\(place)")
      #expect(found.difference?.count == expected.difference?.count, "\(place)")
      #expect(agree(found.difference?.halfWidth, expected.difference?.half_width), "\(place)")
      #expect(found.difference?.verdict == expected.difference?.verdict, "\(place)")
      if let verdict = found.difference?.verdict { verdicts.insert(verdict) }
    }
    #expect(verdicts == Set(Analysis.Verdict.allCases))
  }

  @Test("numbers stand by request and architecture, then by model, then by measurement") func structure() throws {
    let other = ReportRows.rows(of: ReportRows.models, forget: "class square")
    let analysis = try Analysis(ReportRows.all + other)
    #expect(analysis.tables.map(\.forget) == ["class circle", "class square"])
    let table = analysis.tables[0]
    #expect(table.data == "shapes" && table.architecture == "cnn" && table.seeds == [1, 2])
    #expect(table.models.map(\.method) == ["retrain", "original", "trw", "fine-tune"])
    #expect(table.models.map(\.role) == [.reference, .original, .unlearned, .unlearned])
    #expect(table.models[2].variedParameters == "tilt=10 temperature=0.1")
    #expect(table.measurements.map(\.probe) == ["accuracy", "run-time", "total-variation"])
    #expect(table.measurements.map(\.variant) == ["retain_test", "unlearning", "forget_test"])
    #expect(table.measurements.map(\.kind) == [.metric, .metric, .attack])
    #expect(table.measurements.map(\.direction) == [.nearest, .lower, .lower])
    // The reference has no difference from itself, and an original no run time.
    #expect(table.models[0].estimates.allSatisfy { $0?.difference == nil })
    #expect(table.models[1].estimates[1] == nil)
    let distance = try #require(table.models[2].estimates[2])
    #expect(distance.mean == 0.125 && distance.reference == 0.0625 && distance.difference?.mean == 0.0625)
    let read = try JSONDecoder().decode(Analysis.self, from: try JSONEncoder().encode(analysis))
    #expect(read == analysis)
  }

  @Test("each architecture has its table, and so has each data set") func tables() throws {
    let rows = ["cnn", "mlp"].flatMap { architecture in
      ["shapes", "digits"].map { data in
        var row = row("rwft", seed: 1)
        (row.architecture, row.data) = (architecture, data)
        return row
      }
    }
    let tables = try Analysis(rows).tables
    #expect(tables.map { "\($0.data) \($0.architecture)" } == ["shapes cnn", "digits cnn", "shapes mlp", "digits mlp"])
    #expect(tables.allSatisfy { $0.models.count == 1 && $0.models[0].estimates.map { $0?.count } == [1] })
  }

  @Test("each caveat has the measurements and models that it concerns") func caveats() throws {
    var rows = ReportRows.all
    for place in rows.indices where rows[place].name == "accuracy.retain_test" {
      if ["trw", "retrain"].contains(rows[place].method) { rows[place].caveat = "few samples" }
    }
    let analysis = try Analysis(rows)
    #expect(analysis.caveats.map(\.text) == ["few samples"])
    let places = try #require(analysis.caveats.first).places
    #expect(places.map(\.measurement) == ["accuracy.retain_test"])
    #expect(places.first?.models == ["trw tilt=10 temperature=0.1", "retrain (floor)"])
    #expect(analysis.tables[0].models.map { $0.estimates[0]?.hasCaveat } == [true, false, true, false])
  }

  @Test("equal measurement names of one model are rejected; of different seeds or models they are not")
  func collision() throws {
    let first = row("rwft", seed: 1, unlearning: 1)
    let expected = ResultsError.nameTwice(
      "accuracy.forget", cell: "shapes / mlp / class circle / rwft / seed 1, unlearning seed 1")
    #expect(throws: expected) {
      try Report(experiment: "demo", rows: [first, row("rwft", seed: 1, unlearning: 1, value: 0.75)])
    }
    // A note of a method is a measurement with a name, too.
    var note = row("rwft", seed: 1, unlearning: 1)
    note.kind = .note
    #expect(throws: expected) { try Report(experiment: "demo", rows: [first, note]) }
    let others = [
      row("rwft", seed: 2, unlearning: 1), row("rwft", seed: 1, unlearning: 2),
      row("rwft", seed: 1, unlearning: 1, forgetSeed: 3), row("rwft", seed: 1, unlearning: 1, parameters: #"{"a":1}"#),
      row("trw", seed: 1, unlearning: 1), row("rwft", seed: 1, unlearning: 1, forget: "class square"),
      row("rwft", seed: 1, unlearning: 1, name: "accuracy.retain"),
    ]
    #expect(try Report(experiment: "demo", rows: [first] + others).rows.count == 8)
  }
}
