/// The files of a new attack: a working one, to be changed.
enum AttackTemplate {
  /// The attack: the true positive rate at a low false positive rate, with the loss as score.
  static func source(_ name: PluginName) -> String {
    """
    import Engine
    public import Unlearning

    /// The fraction of the forget set recognized by its loss, at a low false positive rate.
    ///
    /// `P[−log p_y ≤ t]` over forget train, in [0, 1], with the largest t for which at most a fraction α of the unseen
    /// samples has such a loss. Unseen samples are forget test in class requests, else retain test, weighted by class and
    /// group like the forget set: a retrained model has about α. The measurement is
    /// `\(name.plugin).recognized`.
    /// - Source: a template for your own attack; state authors, venue and section here and in `card`.
    /// - Note: state here where the attack differs from its source.
    public struct \(name.type): Attack {
      /// Name, title and source.
      public static let card = Card(
        name: "\(name.plugin)", title: "\(name.title)",
        summary: "Recognizes samples of the forget set by their loss, at a low false positive rate.",
        source: Source(authors: "the authors of this plugin", venue: "unpublished"),
        // Part of every cache key: raise it whenever a change to the code changes results.
        version: 1)
      /// Predictions of the attacked model, and the groups by which unseen samples are weighed.
      public static let reads: Set<EvidenceKind> = [.predictions, .knownGroups]
      /// What it measures, with unit, direction and reference. The best value is neither 0 nor 1 but a retrained model's.
      public static let measures = [recognized]
      private static let recognized = MeasurementKind(
        "recognized", direction: .nearest, meaning: "true positive rate at the given false positive rate")

      /// α.
      @Parameter("fraction of unseen samples that may be recognized", .open(0, 1)) public var falsePositives = 0.1

      /// A false positive rate of 0.1.
      public init() {}

      /// Forgotten classes are compared with test samples of the same classes.
      public func obstacle(in cell: CellSizes) -> String? { cell.missingForgetTest }

      /// Attacks one model.
      ///
      /// - Throws: `AttackError` when forget train or the unseen samples are missing, or logits are not finite.
      public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
        let unseen = try evidence.unseenSamples()
        // Larger scores for likelier members.
        let judged = try evidence.samples(.forgetTrain).losses.map { -$0 }
        let others = unseen.samples.losses.map { -$0 }
        let curve = try ROCCurve(positives: judged, negatives: others, negativeWeights: unseen.weights)
        return [
          Self.recognized.value(
            curve.truePositiveRate(atFalsePositiveRate: falsePositives),
            caveat: DecisionCaveat.joined([DecisionCaveat.equalScores(judged, others), unseen.caveat]))
        ]
      }
    }

    """
  }

  /// The tests of what is specific to it; its power and its null are tested in `AttackPowerTests`.
  static func test(_ name: PluginName) -> String {
    """
    import \(name.module)
    import Testing
    import Unlearning

    @Suite struct \(name.module)Tests {
      private func recognized(_ target: ModelOutputs, falsePositives: Double = 0.1) throws -> Double {
        var attack = \(name.type)()
        attack.falsePositives = falsePositives
        let evidence = Evidence(target: target, context: AttackFixture.context([0], AttackPowerTests.classCount))
        return try #require(try attack.attack(evidence).first).value
      }

      @Test(arguments: [0.05, 0.1, 0.3])
      func recognizesWhatAModelLearnedAndNothingElse(falsePositives: Double) throws {
        let original = try recognized(AttackPowerTests.original(seed: 1), falsePositives: falsePositives)
        #expect(original > falsePositives + 0.2)
        let retrained = try recognized(AttackPowerTests.retrained(seed: 1), falsePositives: falsePositives)
        #expect(abs(retrained - falsePositives) < AttackPowerTests.band)
      }

      @Test func needsUnseenSamples() throws {
        let target = AttackFixture.emptying(AttackPowerTests.original(seed: 1), .forgetTest)
        #expect(throws: AttackError.emptyPart(.forgetTest)) { try recognized(target) }
      }

      @Test(arguments: [0, -1, 1.0])
      func refusesAShareOutOfRange(falsePositives: Double) {
        var attack = \(name.type)()
        attack.falsePositives = falsePositives
        let error = #expect(throws: ParameterError.self) { try attack.validateRanges() }
        #expect(error?.problems.map(\\.parameter) == ["false_positives"])
      }
    }

    """
  }
}
