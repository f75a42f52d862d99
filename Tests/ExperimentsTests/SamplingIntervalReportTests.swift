import ConfigYAML
@testable import Experiments
import JSON
import Testing
import Unlearning

@Suite("intervals over samples and curves in reports") struct SamplingIntervalReportTests {
  private func rows(seeds: [Int]) -> [ResultRow] {
    seeds.map { seed in
      ResultRow(
        experiment: "demo", data: "shapes", architecture: "cnn", forget: "samples 0.1", method: "trw", parameters: "{}",
        seeds: ModelSeeds(training: seed), kind: .attack, name: "mia-threshold.loss_auc", value: 0.5, unit: .fraction,
        direction: .nearest, interval: SamplingInterval(low: 0.45, high: 0.55),
        curve: ROCCurve.rates.map { min(1, $0 + 0.1) })
    }
  }

  @Test("tables show the interval of a single model, and of several seeds none") func tables() throws {
    let one = try Report(experiment: "demo", rows: rows(seeds: [1])).text(.markdown, ReportStyle())
    #expect(one.contains("50.0 [45.0, 55.0]") && one.contains("In brackets: the 95 % interval"))
    let two = try Report(experiment: "demo", rows: rows(seeds: [1, 2])).text(.markdown, ReportStyle())
    #expect(!two.contains("[45.0") && !two.contains("In brackets"))
  }

  @Test("rows have its ends in two columns") func columns() throws {
    let row = rows(seeds: [1])[0]
    #expect(ResultColumn.intervalLow.value(of: row) == .number(0.45))
    #expect(ResultColumn.intervalHigh.value(of: row) == .number(0.55))
    var expected = row
    expected.curve = nil
    #expect(try row.json.decode(ResultRow.self) == expected)
  }

  @Test("curves are lines of CSV, once for a score of a bank") func curves() {
    let lines = ROCCurves(of: rows(seeds: [1, 2])).csv.split(separator: "\n")
    #expect(lines.count == 1 + 2 * ROCCurve.rates.count)
    #expect(
      lines[0] == "data,architecture,forget,method,parameters,role,seed,name,false_positive_rate,true_positive_rate")
    #expect(lines[1] == "shapes,cnn,samples 0.1,trw,{},unlearned,1,mia-threshold.loss_auc,0,0.1")
    let ofBank = rows(seeds: [1, 2]).map { row in
      var row = row
      row.bankPseudoValues = [0, 1]
      return row
    }
    #expect(ROCCurves(of: ofBank).csv.split(separator: "\n").count == 1 + ROCCurve.rates.count)
    #expect(ROCCurves(of: ofBank).selecting("mia-threshold").names == ["mia-threshold.loss_auc"])
    #expect(ROCCurves(of: ofBank).selecting("mia").isEmpty)
  }

  @Test("an interval without its value, and a curve of other rates, are damage") func damage() {
    let kind = MeasurementKind("auc", direction: .nearest, meaning: "an area")
    for value in [
      kind.value(0.5, interval: SamplingInterval(low: 0.6, high: 0.7)),
      kind.value(0.5, interval: SamplingInterval(low: 0.6, high: 0.4)),
      kind.value(0.5, curve: [0, 1]), kind.value(0.5, curve: ROCCurve.rates.map { _ in 2 }),
    ] {
      #expect(throws: MeasurementError.self) { try MeasurementError.check([value], expected: ExpectedMeasurements()) }
    }
    let sound = kind.value(0.5, interval: SamplingInterval(low: 0.4, high: 0.6), curve: ROCCurve.rates)
    #expect(throws: Never.self) { try MeasurementError.check([sound], expected: ExpectedMeasurements()) }
  }
}
