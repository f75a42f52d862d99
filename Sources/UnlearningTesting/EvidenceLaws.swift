import Data
import Engine
public import Unlearning

/// Laws for every attack and every metric.
public enum EvidenceLaws {
  /// The laws that `attack` violates on models of `problem`.
  public static func violations<A: Attack>(
    ofAttack type: A.Type, on problem: TinyProblem, parameters: A = A()
  ) throws -> [Violation] {
    let attack = try A(parameters)
    let models = try Models(problem)
    return try violations(of: attack, on: models) { given in
      var evidence = given
      if A.reads.contains(.retrainedModels) {
        evidence.calibration = try attack.calibrate(evidence.retrained, context: evidence.context)
      }
      return try attack.attack(evidence)
    }
  }

  /// The laws that `metric` violates on models of `problem`.
  public static func violations<M: Metric>(
    ofMetric type: M.Type, on problem: TinyProblem, parameters: M = M()
  ) throws -> [Violation] {
    let metric = try M(parameters)
    return try violations(of: metric, on: try Models(problem), metric.measure)
  }

  private static func declaration(_ kinds: [MeasurementKind]) -> [Violation] {
    var found: [Violation] = []
    if Set(kinds.map(\.name)).count < kinds.count {
      found.append(Violation("one kind per name", kinds.map(\.name).joined(separator: ", ")))
    }
    for kind in kinds where kind.meaning.isEmpty || kind.meaning.hasSuffix(".") || kind.meaning.contains("\n") {
      found.append(Violation("measurements say what they mean, in one line", "'\(kind.name)': '\(kind.meaning)'"))
    }
    return found
  }

  private static func checkNeeds(_ needed: Int, _ reads: Set<EvidenceKind>) -> [Violation] {
    guard needed > 0, reads.isDisjoint(with: [.retrainedModels, .measurements]) else { return [] }
    return [Violation("declares what it reads", "it needs \(needed) retrained models and does not read any")]
  }

  private static func violations<P: Probe>(
    of probe: P, on models: Models, _ measure: (Evidence) throws -> [MeasuredValue]
  ) throws -> [Violation] {
    let first = try measure(models.evidence)
    var found = checkNeeds(P.retrainedModelsNeeded, P.reads) + declaration(P.measures)
    if first.isEmpty { found.append(Violation("measures something", "it returned nothing")) }
    if try measure(models.evidence) != first {
      found.append(Violation("same evidence, same values", "two calls differ"))
    }
    var names: Set<String> = []
    for measurement in first {
      if !names.insert(measurement.name).inserted {
        found.append(Violation("one value per name", "'\(measurement.name)' occurs twice"))
      }
      let isSnake = measurement.name.allSatisfy { ($0.isLowercase && $0.isASCII) || $0.isNumber || $0 == "_" }
      if measurement.name.isEmpty || !isSnake {
        found.append(Violation("names in snake_case", "'\(measurement.name)'"))
      }
      if !measurement.value.isFinite { found.append(Violation("finite", "'\(measurement.name)' is not")) }
      guard let kind = P.measures.kind(of: measurement.name) else {
        found.append(Violation("measures what it declares", "'\(measurement.name)' is not declared"))
        continue
      }
      if !kind.describes(measurement) {
        found.append(
          Violation(
            "measures what it declares",
            "'\(measurement.name)' is in \(measurement.unit), \(measurement.direction), \(measurement.reference)"))
      }
      if !kind.range.contains(measurement.value) {
        found.append(Violation("values lie in their range", "'\(measurement.name)' is \(measurement.value)"))
      }
    }
    for name in probe.measurementNames(in: .everything) ?? [] where P.measures.kind(of: name) == nil {
      found.append(Violation("measures what it declares", "'\(name)' is announced and not declared"))
    }
    return found
  }

  /// Original, retrained and fine-tuned models of the tiny problem, and their measurements.
  struct Models {
    let evidence: Evidence

    init(_ problem: TinyProblem) throws {
      let split = try problem.split(.classes([1]))
      var retrained: [ModelOutputs] = []
      for seed in 11...13 {
        let run = problem.run(seed: UInt64(seed), forgottenClasses: [1])
        let model = try run.train(on: split.retainTrain, purpose: "retrain")
        retrained.append(ModelOutputs(of: model, on: split, keepingFeatures: true))
      }
      let context = EvidenceContext(
        forgottenClasses: [1], classCount: 4, classNames: problem.data.train.classNames,
        random: RandomSource(seed: 3), groups: Self.groups(of: split))
      let values = [
        "accuracy.forget_train": 0.9, "accuracy.retain_train": 0.8, "accuracy.forget_test": 0.7,
        "accuracy.retain_test": 0.6, "mia-svc.salun": 0.3, "mia-svc.kodge": 0.4, "mia-svc.delete": 0.2,
      ]
      var evidence = Evidence(
        target: ModelOutputs(of: problem.original, on: split, keepingFeatures: true), retrained: retrained,
        context: context, cost: Cost(seconds: 1.5, peakBytes: 4096), measurements: values,
        referenceMeasurements: values.mapValues { $0 - 0.1 })
      // The peer of the target: another original, trained with a different seed.
      let run = problem.run(seed: 21, forgottenClasses: [1])
      let other = try run.train(on: problem.data.train, purpose: "original")
      evidence.peers = [evidence.target, ModelOutputs(of: other, on: split, keepingFeatures: true)]
      evidence.peerPosition = 0
      self.evidence = evidence
    }

    /// The groups of the problem, one of which is in the forget set.
    private static func groups(of split: ForgetSplit) -> GroupContext? {
      var groups = split.groupContext
      groups?.forgotten = [SampleGroup(target: 1, sensitive: 0)]
      return groups
    }
  }
}
