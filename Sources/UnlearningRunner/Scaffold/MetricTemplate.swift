/// The files of a new metric: one that works, to be changed.
enum MetricTemplate {
  /// The metric: the share of confident predictions on each part.
  static func source(_ name: PluginName) -> String {
    """
    import Engine
    public import Unlearning

    /// The share of samples of which a model is sure, on each part of the data.
    ///
    /// `P[max_k p_k ≥ c]`, in [0, 1]; a part without samples has none. Measurements are named by their part:
    /// `\(name.plugin).forget_test`.
    /// - Source: a start for a metric of your own; name authors, venue and equation here and in `card`.
    /// - Note: say here where the metric differs from its source.
    public struct \(name.type): Metric {
      /// Name, title and source.
      public static let card = Card(
        name: "\(name.plugin)", title: "\(name.title)",
        summary: "The share of samples whose most probable class has at least a certain probability.",
        source: Source(authors: "the authors of this plugin", venue: "unpublished"),
        // Part of every cache key: raise it whenever a change of the code changes results.
        version: 1)
      /// Predictions of the measured model.
      public static let reads: Set<EvidenceKind> = [.predictions]
      /// Shares.
      public static let unit = MeasurementUnit.fraction
      /// The best value is a retrained model's.
      public static let direction = Direction.nearest
      /// A model that never saw the forget set.
      public static let reference = ReferenceKind.retrained

      /// c.
      @Parameter("least probability of a class that a model is sure of", .openClosed(0, 1)) public var confidence = 0.9

      /// Sure from a probability of 0.9 on.
      public init() {}

      /// The parts that have samples.
      public func measurementNames(in cell: CellSizes) -> Set<String>? {
        Set(Part.allCases.filter { cell[$0] > 0 }.map(\\.rawValue))
      }

      /// Measures one model; one measurement per part that has samples.
      ///
      /// - Throws: `AttackError` when logits are not finite.
      public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
        try Part.allCases.filter { evidence.target[$0].count > 0 }.map { part in
          let rows = try evidence.samples(part).probabilityRows
          let sure = rows.count { ($0.max() ?? 0) >= confidence }
          return MeasuredValue(part.rawValue, Double(sure) / Double(rows.count), direction: Self.direction)
        }
      }
    }

    """
  }

  /// Its tests: what is particular to it; the laws that hold for every metric are tested for it, too.
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
