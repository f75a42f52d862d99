/// The files of a new metric: a working one, to be changed.
enum MetricTemplate {
  /// The metric: the fraction of confident predictions on each split.
  static func source(_ name: PluginName) -> String {
    """
    import Engine
    public import Unlearning

    /// The fraction of confidently predicted samples, on each split of the data.
    ///
    /// `P[max_k p_k ≥ c]`, in [0, 1]; a split without samples has no value. Measurements are named by their split:
    /// `\(name.plugin).forget_test`.
    /// - Source: a template for your own metric; state authors, venue and equation here and in `card`.
    /// - Note: state here where the metric differs from its source.
    public struct \(name.type): Metric {
      /// Name, title and source.
      public static let card = Card(
        name: "\(name.plugin)", title: "\(name.title)",
        summary: "The fraction of samples whose most probable class has at least a given probability.",
        source: Source(authors: "the authors of this plugin", venue: "unpublished"),
        // Part of every cache key: raise it whenever a change to the code changes results.
        version: 1)
      /// Predictions of the measured model.
      public static let reads: Set<EvidenceKind> = [.predictions]
      /// What it measures, with unit, direction and reference: fractions, of which a retrained model has the best.
      public static let measures = [share]
      private static let share = MeasurementKind(
        "<split>", direction: .nearest, meaning: "fraction of the samples that are predicted confidently")

      /// c.
      @Parameter("least probability of a confident prediction", .openClosed(0, 1)) public var confidence = 0.9

      /// Confident from a probability of 0.9.
      public init() {}

      /// The splits that have samples.
      public func measurementNames(in cell: CellSizes) -> Set<String>? {
        Set(Part.allCases.filter { cell[$0] > 0 }.map { Self.share.named($0.rawValue).name })
      }

      /// Measures one model; one measurement per split that has samples.
      ///
      /// - Throws: `AttackError` when logits are not finite.
      public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
        try Part.allCases.filter { evidence.target[$0].count > 0 }.map { part in
          let rows = try evidence.samples(part).probabilityRows
          let sure = rows.count { ($0.max() ?? 0) >= confidence }
          return Self.share.named(part.rawValue).value(Double(sure) / Double(rows.count))
        }
      }
    }

    """
  }

  /// The tests of what is specific to it; the laws for all metrics are tested elsewhere.
  static func test(_ name: PluginName) -> String {
    """
    import \(name.module)
    import Testing
    import Unlearning

    @Suite struct \(name.module)Tests {
      /// Probabilities of the larger class: 0.5, 0.88 and 0.98; forget test has no samples.
      private func evidence() -> Evidence {
        let logits: [Part: [Float]] = [.forgetTrain: [0, 0, 2, 0, 0, 4], .retainTrain: [0, 4], .retainTest: [0, 0]]
        return Evidence(
          target: ModelOutputs(
            Dictionary(
              uniqueKeysWithValues: Part.allCases.map { part in
                let values = logits[part, default: []]
                let labels = [Int](repeating: 0, count: values.count / 2)
                return (part, AttackFixture.predictions(values, labels, classCount: 2, part: part))
              })), context: AttackFixture.context([], 2))
      }

      @Test(arguments: [(0.5, 1.0), (0.8, 2.0 / 3), (0.9, 1.0 / 3), (1.0, 0.0)])
      func countsSurePredictions(confidence: Double, share: Double) throws {
        var metric = \(name.type)()
        metric.confidence = confidence
        let found = try metric.measure(evidence())
        AttackFixture.expect(found.named("forget_train")?.value, share, "forget_train")
        #expect(Set(found.map(\\.name)) == ["forget_train", "retain_train", "retain_test"])
      }

      @Test func refusesLogitsThatAreNotFinite() throws {
        var broken = evidence()
        broken.target = AttackFixture.replacing(broken.target, .retainTest, row: 0, with: .nan)
        #expect(throws: AttackError.notFinite("logits on 'retain_test'", row: 0)) {
          try \(name.type)().measure(broken)
        }
      }

      @Test(arguments: [0, -1, 1.5])
      func refusesAConfidenceOutOfRange(confidence: Double) {
        var metric = \(name.type)()
        metric.confidence = confidence
        let error = #expect(throws: ParameterError.self) { try metric.validateRanges() }
        #expect(error?.problems.map(\\.parameter) == ["confidence"])
      }
    }

    """
  }
}
