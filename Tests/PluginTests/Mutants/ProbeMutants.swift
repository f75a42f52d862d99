import Engine
import JSON
import Unlearning
import UnlearningTesting

/// A metric that returns what a test wants.
protocol MutantMetric: Metric {}

extension MutantMetric {
  static var card: Card { .mutant() }
  static var reads: Set<EvidenceKind> { [.predictions] }
  static var measures: [MeasurementKind] { [share()] }

  fileprivate static func share(
    _ name: String = "share", unit: MeasurementUnit = .fraction, meaning: String = "a share"
  ) -> MeasurementKind {
    MeasurementKind(name, unit: unit, direction: .higher, meaning: meaning)
  }

  /// Unlike `MeasurementKind.value`, which refuses what is out of range.
  fileprivate func value(
    _ value: Double, _ name: String = "share", unit: MeasurementUnit = .fraction, direction: Direction = .higher,
    reference: ReferenceKind = .retrained
  ) -> MeasuredValue {
    MeasuredValue(name, value, unit: unit, direction: direction, reference: reference)
  }
}

extension Examples {
  /// `ProbeMutants.Nosy` for each kind of evidence.
  static let allEvidence = Examples(EvidenceKind.allCases.map { ["kind": .string($0.rawValue)] })
}

/// Attacks and metrics that break a law.
enum ProbeMutants {
  private static func mutant<P: Probe>(
    _ type: P.Type, breaks law: Law, _ examples: Examples = Examples()
  ) -> Mutant {
    Mutant(type, breaks: law) { try EvidenceLaws.violations(of: type, on: TinyProblem(), examples: examples) }
  }

  static let all = [
    mutant(Mute.self, breaks: .measuresSomething), mutant(Unseeded.self, breaks: .isDeterministic),
    mutant(Endless.self, breaks: .isFinite), mutant(Repetitive.self, breaks: .oneValuePerName),
    mutant(Shouting.self, breaks: .snakeCaseNames), mutant(Excessive.self, breaks: .valuesInRange),
    mutant(OtherUnit.self, breaks: .measuresWhatItDeclares), mutant(OtherWay.self, breaks: .measuresWhatItDeclares),
    mutant(OtherAim.self, breaks: .measuresWhatItDeclares), mutant(OtherName.self, breaks: .measuresWhatItDeclares),
    mutant(Promising.self, breaks: .measuresWhatItDeclares), mutant(Ambiguous.self, breaks: .oneKindPerName),
    mutant(Wordless.self, breaks: .kindsHaveMeanings), mutant(Deaf.self, breaks: .everyParameterActs),
    mutant(Nosy.self, breaks: .declaresWhatItReads, .allEvidence), mutant(Needy.self, breaks: .declaresWhatItReads),
    mutant(Prying.self, breaks: .declaresWhatItReads),
  ]

  struct Mute: MutantMetric {
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [] }
  }

  /// Draws from the system's randomness.
  struct Unseeded: MutantMetric {
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(.random(in: 0...1))] }
  }

  struct Endless: MutantMetric {
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(.infinity)] }
  }

  /// Measures two things under one name.
  struct Repetitive: MutantMetric {
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(0), value(1)] }
  }

  struct Shouting: MutantMetric {
    static let measures = [share("Too Much")]
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(0, "Too Much")] }
  }

  struct Excessive: MutantMetric {
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(1.5)] }
  }

  struct OtherUnit: MutantMetric {
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(1, unit: .seconds)] }
  }

  struct OtherWay: MutantMetric {
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(1, direction: .lower)] }
  }

  struct OtherAim: MutantMetric {
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(1, reference: .none)] }
  }

  struct OtherName: MutantMetric {
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(1, "part")] }
  }

  /// Announces what it does not measure.
  struct Promising: MutantMetric {
    func measurementNames(in cell: CellSizes) -> Set<String>? { ["share", "part"] }
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(0)] }
  }

  struct Ambiguous: MutantMetric {
    static let measures = [share(), share(meaning: "another share")]
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(0)] }
  }

  struct Wordless: MutantMetric {
    static let measures = [share(meaning: "")]
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(0)] }
  }

  /// Does not look at its parameter.
  struct Deaf: MutantMetric {
    @Parameter("how strict", .closed(0, 1)) var strictness = 0.5
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [value(0)] }
  }

  /// Reads what it does not declare.
  struct Nosy: MutantMetric {
    static let reads: Set<EvidenceKind> = []
    static let measures = [share(unit: .nats)]
    @Parameter("what it reads") var kind = EvidenceKind.cost

    func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
      let found: Double =
        switch kind {
        case .predictions: evidence.target[.retainTest].losses.reduce(0, +)
        case .margins: evidence.target[.retainTest].margins.reduce(0, +)
        case .features: Double(evidence.target[.retainTest].features?.count ?? 0)
        case .retrainedModels: Double(evidence.retrained.count)
        case .unlearnedModels: Double(evidence.peers.count)
        case .originalModels: Double(evidence.originals.count)
        case .models: try evidence.models?.target().parameters.values.first.map { Double($0.count) } ?? 0
        case .shadowModels: Double(evidence.shadows?.originals.count ?? 0)
        case .cost: evidence.cost?.seconds ?? 0
        case .measurements: Double(evidence.measurements.count)
        case .groups, .knownGroups: Double(evidence.context.groups?.test.count ?? 0)
        }
      return [value(found, unit: .nats)]
    }
  }

  /// Reads more logits than margins are made of.
  struct Prying: MutantMetric {
    static let reads: Set<EvidenceKind> = [.margins]
    static let measures = [share(unit: .nats)]
    func measure(_ evidence: Evidence) -> [MeasuredValue] {
      let predictions = evidence.target[.retainTest]
      let first = predictions.labels.indices.map { Double(predictions.logits.row($0)[0].magnitude) }
      return [value(first.reduce(0, +), unit: .nats)]
    }
  }

  /// Needs retrained models, and does not read them.
  struct Needy: Attack {
    static let card = Card.mutant()
    static let reads: Set<EvidenceKind> = [.predictions]
    static let measures = [MeasurementKind("share", direction: .lower, meaning: "a share")]
    static let retrainedModelsNeeded = 2
    func attack(_ evidence: Evidence) -> [MeasuredValue] { [Self.measures[0].value(0)] }
  }
}
