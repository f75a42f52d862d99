import Data
import Engine
public import Unlearning

/// Laws for every attack and every metric.
public enum EvidenceLaws {
  /// The laws that the probe violates on models of `problem`, with its defaults and with each of `examples`.
  public static func violations<P: Probe>(
    of type: P.Type, on problem: TinyProblem, examples: Examples = Examples()
  ) throws -> [Violation] {
    let probes = try examples.plugins(P.self)
    let evidence = try RequestKind.allCases.map { ($0, try problem.evidence($0)) }
    var found = declaration(P.self)
    for probe in probes {
      for (kind, evidence) in evidence where probe.serves(kind) { found += try violations(of: probe, evidence) }
      for name in probe.measurementNames(in: .everything) ?? [] where P.measures.kind(of: name) == nil {
        found.append(Violation(.measuresWhatItDeclares, "'\(name)' is announced and not declared"))
      }
    }
    found += ParameterLaw.violations(probes, examples) { parameters in
      let probe = try P(parameters)
      return evidence.filter { probe.serves($0.0) }.map { _, evidence in
        // A name may be made of the parameter itself.
        (try? measure(probe, evidence))?.map { value in
          var value = value
          value.name = ""
          return value
        }
      }
    }
    return found
  }

  private static func declaration<P: Probe>(_ probe: P.Type) -> [Violation] {
    var found: [Violation] = []
    if P.retrainedModelsNeeded > 0, P.reads.isDisjoint(with: [.retrainedModels, .measurements]) {
      let needed = "it needs \(P.retrainedModelsNeeded) retrained models and does not read any"
      found.append(Violation(.declaresWhatItReads, needed))
    }
    if Set(P.measures.map(\.name)).count < P.measures.count {
      found.append(Violation(.oneKindPerName, P.measures.map(\.name).joined(separator: ", ")))
    }
    for kind in P.measures where kind.meaning.isEmpty || kind.meaning.hasSuffix(".") || kind.meaning.contains("\n") {
      found.append(Violation(.kindsHaveMeanings, "'\(kind.name)': '\(kind.meaning)'"))
    }
    return found
  }

  private static func measure<P: Probe>(_ probe: P, _ evidence: Evidence) throws -> [MeasuredValue] {
    var evidence = evidence
    if P.reads.contains(.retrainedModels), P.isCalibrated {
      evidence.calibration = try probe.calibrate(
        evidence.retrained, models: P.reads.contains(.models) ? evidence.models?.shared : nil,
        context: evidence.context)
    }
    return try probe.measure(evidence)
  }

  private static func violations<P: Probe>(of probe: P, _ evidence: Evidence) throws -> [Violation] {
    let first = try measure(probe, evidence)
    guard try measure(probe, evidence) == first else { return [Violation(.isDeterministic, "two calls differ")] }
    var found = violations(of: first, P.measures)
    // One of both kinds of groups declares the other.
    let groups: Set<EvidenceKind> = [.groups, .knownGroups]
    var declared = P.reads.isDisjoint(with: groups) ? P.reads : P.reads.union(groups)
    // Margins are made of logits.
    if P.reads.contains(.predictions) { declared.insert(.margins) }
    for hidden in EvidenceKind.allCases where !declared.contains(hidden) {
      let isOther = hidden == .predictions && P.reads.contains(.margins)
      if (try? measure(probe, try isOther ? evidence.exchangingLogits() : evidence.hiding(hidden))) != first {
        found.append(Violation(.declaresWhatItReads, "it reads \(hidden.rawValue) and does not say so"))
      }
    }
    return found
  }

  private static func violations(of values: [MeasuredValue], _ kinds: [MeasurementKind]) -> [Violation] {
    var found: [Violation] = []
    if values.isEmpty { found.append(Violation(.measuresSomething, "it returned nothing")) }
    var names: Set<String> = []
    for measurement in values {
      let name = measurement.name
      if !names.insert(name).inserted { found.append(Violation(.oneValuePerName, "'\(name)' occurs twice")) }
      let isSnake = name.allSatisfy { ($0.isLowercase && $0.isASCII) || $0.isNumber || $0 == "_" }
      if name.isEmpty || !isSnake { found.append(Violation(.snakeCaseNames, "'\(name)'")) }
      guard let kind = kinds.kind(of: name) else {
        found.append(Violation(.measuresWhatItDeclares, "'\(name)' is not declared"))
        continue
      }
      if !kind.describes(measurement) {
        let made = "\(measurement.unit), \(measurement.direction), \(measurement.reference)"
        found.append(Violation(.measuresWhatItDeclares, "'\(name)' is in \(made)"))
      }
      if !measurement.value.isFinite {
        found.append(Violation(.isFinite, "'\(name)' is not"))
      } else if !kind.range.contains(measurement.value) {
        found.append(Violation(.valuesInRange, "'\(name)' is \(measurement.value)"))
      }
    }
    return found
  }
}

extension TinyProblem {
  /// Original, retrained and other models of a request of `kind`, and values found for them.
  func evidence(_ kind: RequestKind) throws -> Evidence {
    let split = try split(kind.example)
    func model(_ data: Dataset, seed: UInt64, _ purpose: String) throws -> Classifier {
      try run(seed: seed, forgetting: split.request).train(on: data, purpose: purpose)
    }
    func outputs(_ model: Classifier) -> ModelOutputs { ModelOutputs(of: model, on: split, keepingFeatures: true) }
    let retrained = try (11...13).map { try model(split.retainTrain, seed: $0, "retrain") }
    var groups = split.groupContext
    groups?.forgotten = [SampleGroup(target: 1, sensitive: 0)]
    let context = EvidenceContext(
      forgottenClasses: split.forgottenClasses, classCount: data.train.classCount, classNames: data.train.classNames,
      random: RandomSource(seed: 3), groups: groups)
    let values = [
      "accuracy.forget_train": 0.9, "accuracy.retain_train": 0.8, "accuracy.forget_test": 0.7,
      "accuracy.retain_test": 0.6, "mia-svc.salun": 0.3, "mia-svc.kodge": 0.4, "mia-svc.delete": 0.2,
    ]
    var evidence = Evidence(
      target: outputs(original), retrained: Self.bank(retrained.map(outputs)), context: context,
      cost: Cost(seconds: 1.5, peakBytes: 4096, energy: .init(joules: 30, isShared: false)), measurements: values,
      referenceMeasurements: values.mapValues { 0.75 * $0 })
    // The peers of the target are originals of other seeds.
    evidence.peers = Self.bank([evidence.target, outputs(try model(data.train, seed: 21, "original"))])
    evidence.peerPosition = 0
    (evidence.originals, evidence.originalsOfPeers) = (evidence.peers, Array(evidence.peers.indices))
    evidence.originalPosition = 0
    evidence.models = ModelEvidence(
      target: { [original] in original }, original: { [original] in original },
      shared: SharedModels(
        retrained: (0..<6).map { place in { Self.copy(of: retrained[place % 3], seed: place / 3) } }, data: split,
        makeClassifier: Self.makeClassifier))
    if kind == .samples { evidence.shadows = Self.shadows(evidence) }
    return evidence
  }

  /// `model` with noise in its parameters, which copies with other seeds differ by; the model itself for seed 0.
  private static func copy(of model: Classifier, seed: Int) -> Classifier {
    guard seed > 0 else { return model }
    var copy = model
    var random = RandomSource(seed: UInt64(seed))
    copy.parameters = model.parameters.mapValues { $0 + Tensor(normal: $0.shape, scale: 0.05, random: &random) }
    return copy
  }

  /// Six shadow models for each sample that were trained on it, four of which forgot it, and six others.
  private static func shadows(_ evidence: Evidence) -> ShadowBank {
    let (models, samples) = (12, evidence.target[.forgetTrain].count)
    func lists(_ isOne: (_ place: Int) -> Bool) -> [[Bool]] {
      (0..<models).map { model in (0..<samples).map { isOne(model + $0) } }
    }
    return ShadowBank(
      originals: bank([evidence.target], count: models),
      unlearned: evidence.retrained.appending(evidence.peers), originalsOfUnlearned: Array(0..<models),
      isMember: lists { $0 % 2 == 0 }, isForgotten: lists { $0 % 2 == 0 && $0 / 2 % 3 > 0 })
  }

  /// `models` and copies of them with noise, by default six in all: two halves have three models each.
  private static func bank(_ models: [ModelOutputs], count: Int = 6) -> ModelBank {
    ModelBank(
      (0..<count).map { place in
        guard place >= models.count else { return models[place] }
        return models[place % models.count].mapping { predictions in
          var random = RandomSource(seed: UInt64(place))
          let noise = (0..<predictions.logits.count).map { _ in 0.3 * random.normal() }
          return Predictions(
            logits: predictions.logits + Tensor(noise, shape: predictions.logits.shape), features: predictions.features,
            labels: predictions.labels, indices: predictions.indices)
        }
      })
  }
}

extension Evidence {
  /// The same without evidence of `kind`; predictions are exchanged for those of other models.
  func hiding(_ kind: EvidenceKind) throws -> Evidence {
    var evidence = self
    switch kind {
    case .predictions, .margins:
      evidence.target = try peers[1]
      evidence.retrained = retrained.selecting(retrained.indices.reversed())
    case .features:
      @Sendable func withoutFeatures(_ outputs: ModelOutputs) -> ModelOutputs {
        outputs.mapping {
          Predictions(logits: $0.logits, features: nil, labels: $0.labels, indices: $0.indices)
        }
      }
      evidence.target = withoutFeatures(target)
      (evidence.retrained, evidence.peers) = (retrained.mapping(withoutFeatures), peers.mapping(withoutFeatures))
      evidence.originals = originals.mapping(withoutFeatures)
    case .retrainedModels:
      evidence.retrained = []
      evidence.models?.shared.retrained = []
    case .models: evidence.models = nil
    case .unlearnedModels: (evidence.peers, evidence.peerPosition) = ([], nil)
    case .originalModels:
      (evidence.originals, evidence.originalsOfPeers) = ([], [])
      evidence.originalPosition = nil
    case .shadowModels: evidence.shadows = nil
    case .cost: evidence.cost = nil
    case .measurements: (evidence.measurements, evidence.referenceMeasurements) = ([:], [:])
    case .groups, .knownGroups: evidence.context.groups = nil
    }
    return evidence
  }
}

extension Evidence {
  /// The same margins by other logits: the first two classes that are not the label are exchanged in each row.
  fileprivate func exchangingLogits() -> Evidence {
    @Sendable func exchanged(_ outputs: ModelOutputs) -> ModelOutputs {
      outputs.mapping { predictions in
        let rows = predictions.labels.enumerated().flatMap { row, label in
          var logits = Array(predictions.logits.row(row))
          let others = logits.indices.filter { $0 != label }
          logits.swapAt(others[0], others[1])
          return logits
        }
        return Predictions(
          logits: Tensor(rows, shape: predictions.logits.shape), features: predictions.features,
          labels: predictions.labels, indices: predictions.indices)
      }
    }
    var evidence = self
    evidence.target = exchanged(target)
    (evidence.retrained, evidence.peers) = (retrained.mapping(exchanged), peers.mapping(exchanged))
    evidence.originals = originals.mapping(exchanged)
    return evidence
  }
}

extension ModelBank {
  /// The bank of what `change` makes of each model.
  fileprivate func mapping(_ change: @escaping @Sendable (ModelOutputs) -> ModelOutputs) -> ModelBank {
    ModelBank(count: count) { change(try self[$0]) }
  }
}

extension ModelOutputs {
  /// The outputs with what `change` makes of each part.
  fileprivate func mapping(_ change: (Predictions) -> Predictions) -> ModelOutputs {
    ModelOutputs(Dictionary(uniqueKeysWithValues: Part.allCases.map { ($0, change(self[$0])) }))
  }
}
