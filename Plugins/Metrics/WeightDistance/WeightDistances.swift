import Engine
public import Unlearning

/// L2 distances of a model's parameters from those of retrained models and of its own original.
///
/// With the parameter tensors W_l of the model and W′_l of another one:
///
/// - the total `√Σ_l ‖W_l − W′_l‖²`
/// - `_tensor_mean`: the mean over l of `‖W_l − W′_l‖`
/// - `_normalized`: `√(Σ_l ‖W_l − W′_l‖² / Σ_l ‖W_l‖²)`
///
/// each as `to_retrained`, the mean over the retrained models, of other seeds for a retrained model itself, which gives the
/// floor; and as `to_original`, from the original that the model was made from, for a retrained model that of its seed.
///
/// - Source: Golatkar, Achille, Soatto, "Eternal sunshine of the spotless net", CVPR 2020, arXiv:1911.04933, whose released
///   code normalizes by the measured model; the mean over tensors and the total are those of evaluation frameworks.
/// - Note: Trained parameters alone, without the running statistics of batch normalization.
/// - Note: All retrained models are compared with, that of the same seed, too; their mean and the floor are ours.
public struct WeightDistances: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "weight-distance", title: "Distances of parameters",
    summary: "L2 distances of the parameters from those of retrained models and of the original.",
    source: Source(
      authors: "Golatkar, Achille, Soatto",
      title: "Eternal Sunshine of the Spotless Net: Selective Forgetting in Deep Networks", venue: "CVPR 2020",
      arXiv: "1911.04933", place: "distance of the released code; others as in later frameworks"))
  /// Parameters of the model, its original and the retrained models.
  public static let reads: Set<EvidenceKind> = [.models, .retrainedModels]
  /// Three distances from retrained models, three from the original.
  public static let measures = toRetrained + toOriginal
  private static let meanings = [
    ("", MeasurementUnit.distance, "L2 distance of all parameters"),
    ("_tensor_mean", .distance, "mean over parameter tensors of their L2 distances"),
    ("_normalized", .fraction, "L2 distance of all parameters divided by the norm of the model's"),
  ]
  private static let toRetrained = meanings.map { suffix, unit, meaning in
    MeasurementKind(
      "to_retrained\(suffix)", unit: unit, range: MeasurementUnit.distance.range, direction: .lower,
      spread: .ofComparison, meaning: "\(meaning), from retrained models")
  }
  private static let toOriginal = meanings.map { suffix, unit, meaning in
    MeasurementKind(
      "to_original\(suffix)", unit: unit, range: MeasurementUnit.distance.range, direction: .nearest,
      meaning: "\(meaning), from the model's own original")
  }
  /// Two, so that each retrained model can be compared with another one, which gives the floor.
  public static let retrainedModelsNeeded = 2

  /// What its values mean.
  public static let reading = [
    "It does not say whether a model has forgotten. Two models retrained from different seeds are about as far from each "
      + "other as from any other trained model: permuted units compute the same and are far apart.",
    "So to_retrained is mostly at the floor, whatever the method. to_original says how far a method moved: a small value "
      + "beside retrain's is a small change of the original, which can forget or not.",
  ]

  /// A metric without parameters.
  public init() {}

  /// Measures the parameters of one model.
  ///
  /// - Throws: `AttackError` without parameters, or without another retrained model; an error of the store.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let models = try evidence.requiredModels(retrained: Self.retrainedModelsNeeded)
    let retrained = models.shared.retrained
    let own = try models.target().parameters
    let found = try retrained.indices.filter { $0 != evidence.targetPosition }.map {
      Self.distances(own, try retrained[$0]().parameters)
    }
    let pairs = try evidence.targetPosition.map { position in
      // The model that a distance is normalized by differs with the direction.
      let pairs = try pairDistances(retrained.count, diagonal: [0, 0, 0]) {
        try retrained[$0]().parameters
      } _: { first, second in
        zip(Self.distances(first, second), Self.distances(second, first)).map { ($0 + $1) / 2 }
      }
      return Self.toRetrained.indices.map { kind in
        Spread.ofPairs(pairs.map { $0.map { $0[kind] } }, at: position)
      }
    }
    let toRetrained = Self.toRetrained.enumerated().map { place, kind in
      let distances = found.map { $0[place] }
      return kind.value(
        distances.mean, spread: pairs?[place] ?? .ofComparison(with: distances) { $0.mean })
    }
    return toRetrained
      + zip(Self.toOriginal, Self.distances(own, try models.original().parameters)).map { $0.value($1) }
  }

  /// The total, the mean over tensors and the normalized distance of `model` from `other`.
  private static func distances(_ model: NamedTensors, _ other: NamedTensors) -> [Double] {
    let squares = zip(model.values, other.values).map { own, other in
      zip(own.scalars, other.scalars).reduce(0.0) { sum, pair in
        let difference = Double(pair.0) - Double(pair.1)
        return sum + difference * difference
      }
    }
    let total = squares.reduce(0, +)
    let norm = model.values.reduce(0.0) { $1.scalars.reduce($0) { $0 + Double($1) * Double($1) } }
    return [total.squareRoot(), squares.map { $0.squareRoot() }.mean, total == 0 ? 0 : (total / norm).squareRoot()]
  }
}
