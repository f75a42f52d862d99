import Experiments
import TestSupport
import Testing
import Unlearning

@Suite("best methods and worst cases of tables") struct BestMethodTests {
  private struct Golden: Decodable {
    struct WorstCase: Decodable { var measurement: String, difference: Double, adjusted_p: Double, half_width: Double }
    struct Case: Decodable {
      var values: [String: [[Double]]], retrained: [String: [Double]], best: [String: [Bool]], worst: [WorstCase]
    }
    var cases: [Case]
  }

  /// A table of methods "a", "b", … and retrained models; the values of a method, or of retrained models, by seed.
  private func rows(
    _ values: [[Double]], retrained: [Double], _ direction: Direction, kind: ResultKind = .attack,
    gapSpread: Spread? = nil
  ) -> [ResultRow] {
    let methods = zip(["a", "b", "c", "d", "e"], values).map { ($0, $1, ModelRole.unlearned) }
    return ([("retrain", retrained, ModelRole.reference)] + methods).flatMap { method, values, role in
      values.enumerated().map { seed, value in
        ResultRow(
          experiment: "demo", data: "shapes", architecture: "mlp", forget: "class circle", method: method,
          parameters: "{}", seeds: ModelSeeds(training: seed), kind: kind, name: "attack.\(direction)", value: value,
          unit: .fraction, direction: direction, reference: retrained[seed], gap: value - retrained[seed],
          gapSpread: gapSpread, role: role)
      }
    }
  }

  private func methods(_ rows: [ResultRow]) throws -> [Analysis.Model] {
    try #require(try Analysis(rows).tables.first).models.filter { $0.role == .unlearned }
  }

  @Test("marks and worst cases agree with SciPy") func golden() throws {
    var counts: Set<Int> = []
    for golden in try GoldenFile.read(Golden.self, "best").cases {
      let directions: [Direction] = [.lower, .higher, .nearest]
      let all = try directions.flatMap { direction in
        rows(
          try #require(golden.values[direction.rawValue]),
          retrained: try #require(golden.retrained[direction.rawValue]),
          direction)
      }
      let found = try methods(all)
      for (place, direction) in directions.enumerated() {
        let best = found.map { $0.estimates[place]?.isBest }
        #expect(best == golden.best[direction.rawValue], "\(direction), \(golden.retrained)")
        counts.insert(best.count { $0 == true })
      }
      for (model, expected) in zip(found, golden.worst) {
        let worst = try #require(model.worstCase)
        #expect(worst.measurement == "attack.\(expected.measurement)" && worst.choices == 3)
        #expect(abs(worst.difference - expected.difference) < 1e-12)
        #expect(abs(worst.adjustedP - expected.adjusted_p) < 1e-9)
        #expect(abs((worst.halfWidth ?? .nan) / expected.half_width - 1) < 1e-9)
      }
    }
    #expect(counts.isSuperset(of: [0, 1, 3]))
  }

  @Test("equal methods share the mark, and where all are equal or nothing is known none has it") func ties() throws {
    let (low, high) = ([0.1, 0.11, 0.12], [0.5, 0.52, 0.51])
    func marks(_ values: [[Double]], _ kind: ResultKind = .attack, gapSpread: Spread? = nil) throws -> [Bool?] {
      let direction: Direction = gapSpread == nil ? .lower : .nearest
      return try methods(rows(values, retrained: [0, 0, 0], direction, kind: kind, gapSpread: gapSpread))
        .map { $0.estimates[0]?.isBest }
    }
    #expect(try marks([low, low, high]) == [true, true, false])
    #expect(try marks([low, low]) == [false, false])
    // Equal in all three seeds, and different by the same in all: neither has an interval.
    #expect(try marks([low, low, low.map { $0 + 0.8 }, high]) == [true, true, false, false])
    #expect(try marks([low]) == [false])
    #expect(try marks([low, high], .note) == [false, false])
    #expect(try marks([low, high], gapSpread: .unknown) == [false, false])
    // One seed decides nothing.
    #expect(try methods(rows([[0.1], [0.9]], retrained: [0], .lower)).allSatisfy { $0.estimates[0]?.isBest == false })
  }

  @Test("a difference that is no leak is no worst case, and metrics are none") func leaks() throws {
    let found = try methods(rows([[0.1, 0.11, 0.12]], retrained: [0.5, 0.5, 0.5], .lower))
    #expect(found[0].worstCase?.adjustedP == 1 && found[0].worstCase?.isFound == false)
    #expect(
      try methods(rows([[0.9, 0.91, 0.92]], retrained: [0.5, 0.5, 0.5], .lower))[0].worstCase?.isFound == true)
    let metric = try methods(rows([[0.9, 0.91, 0.92]], retrained: [0.5, 0.5, 0.5], .lower, kind: .metric))
    #expect(metric[0].worstCase == nil)
  }

  @Test("every format for readers marks the best and lists worst cases, and says what both are")
  func formats() throws {
    let (low, high) = ([0.1, 0.11, 0.12], [0.5, 0.52, 0.51])
    let report = try Report(experiment: "demo", rows: rows([low, high], retrained: [0.1, 0.1, 0.1], .lower))
    for (text, mark, worst, legend) in [
      (
        report.text(.table), "\na                11.0* ± 1.0", "  b: attack.lower +41.0 ± 2.5, p < 0.001\n",
        "*: the best method of its column"
      ),
      (
        report.text(.markdown), "| a | **11.0** ± 1.0", "- b: attack.lower +41.0 ± 2.5, p \\< 0.001\n",
        "bold: the best method of its column"
      ),
      (
        report.text(.latex), "a & $\\mathbf{11.0} \\pm 1.0$",
        "    b: attack.lower +41.0 $\\pm$ 2.5, p $<$ 0.001 \\\\\n", "bold: the best method of its column"
      ),
    ] {
      #expect(text.contains(mark) && text.contains(legend), "\(text)")
      #expect(text.contains(worst), "\(text)")
      #expect(text.contains("Worst case over attacks: the measurement"), "\(text)")
    }
    let undecided = try Report(experiment: "demo", rows: rows([low, low], retrained: [0.1, 0.1, 0.1], .lower))
    #expect(undecided.text(.markdown).contains("No column has a best method: over 3 seeds none is found worse"))
  }
}
