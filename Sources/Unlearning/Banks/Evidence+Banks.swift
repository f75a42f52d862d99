public import Engine

/// What probes make of the models of a bank, on the same samples as the target.
extension Evidence {
  /// What `transform` makes of the predictions of each model on `part`, read one after the other.
  ///
  /// - Throws: `AttackError` when the part has no samples, logits are not finite, or a model was evaluated on other
  ///   samples than the target; what `transform` throws.
  public func map<Value>(
    _ models: ModelBank, on part: Part, _ transform: (Predictions) throws -> Value
  ) throws -> [Value] {
    let own = try samples(part)
    return try models.map { model in
      let predictions = try model.samples(part)
      guard predictions.indices == own.indices, predictions.hasMarginsAlone == own.hasMarginsAlone,
        own.hasMarginsAlone || predictions.classCount == own.classCount
      else {
        throw AttackError.unlikeSamples(part)
      }
      return try transform(predictions)
    }
  }

  /// The probabilities `[models][N][K]` of `models` on `part`, for the samples and classes of the target.
  ///
  /// All are held in memory; for many models see `map` and `distances`.
  /// - Throws: As `map`.
  public func probabilities(of models: ModelBank, on part: Part) throws -> [[[Double]]] {
    try map(models, on: part) { $0.probabilityRows }
  }

  /// The symmetric matrix of the distances of all pairs of `models`, by their probabilities `[N][K]` on `part`, with 0
  /// on the diagonal.
  ///
  /// - Throws: As `map`.
  public func distances(
    of models: ModelBank, on part: Part, _ distance: ([[Double]], [[Double]]) -> Double
  ) throws -> [[Double]] {
    try distances(of: models, on: part, by: \.probabilityRows, distance)
  }

  /// The symmetric matrix of the distances of all pairs of `models`, by what `transform` makes of their predictions on
  /// `part`, with 0 on the diagonal.
  ///
  /// - Throws: As `map`.
  public func distances<Value>(
    of models: ModelBank, on part: Part, by transform: (Predictions) throws -> Value,
    _ distance: (Value, Value) -> Double
  ) throws -> [[Double]] {
    try pairDistances(
      models.count, diagonal: 0, read: { try map(models.selecting([$0]), on: part, transform)[0] }, distance)
  }
}

extension Evidence {
  /// A comparison of the models of the method with the retrained ones.
  ///
  /// - Throws: `AttackError.tooFewRetrainedModels`, `.requestNotServed` with too few models of the method.
  public func bankComparison(fewestModels needed: Int) throws(AttackError) -> BankComparison {
    guard retrained.count >= needed else { throw .tooFewRetrainedModels(needed: needed, found: retrained.count) }
    guard peers.count >= needed else {
      throw .requestNotServed("\(needed) models of the method are needed, \(peers.count) found")
    }
    return BankComparison(unlearnedCount: peers.count, retrainedCount: retrained.count, fewestModels: needed)
  }
}

extension Evidence {
  /// The places of the originals in the list of peers, retrained models and originals: for each peer that of its own
  /// original, for each retrained model that of the same seed.
  ///
  /// Of two models of one original the likelihood of the other says nothing, so that attacks leave it out.
  /// - Throws: `AttackError.requestNotServed` where there are fewer originals than retrained models.
  public func placesOfOriginals() throws(AttackError) -> [Int] {
    guard originals.count >= retrained.count else {
      throw .requestNotServed("an original of every seed is needed, \(originals.count) found")
    }
    let first = peers.count + retrained.count
    let own = originalsOfPeers.isEmpty ? Array(peers.indices) : originalsOfPeers
    return (own + Array(retrained.indices)).map { first + $0 }
  }
}

extension Evidence {
  /// The source of splits and exchanges of models, the same for all attacks, so that they split the same seeds.
  public var bankRandom: RandomSource { context.random.stream("bank") }
}

extension ParameterMeaning {
  /// The part whose samples an attack over a bank judges.
  public static let judgedPart = ParameterMeaning("part of the data that is judged", .words(of: Part.self))
  /// The number of halves that an attack over a bank is repeated on.
  public static let bankSplits = ParameterMeaning(
    "most random splits of the bank into halves, on which methods are compared with retraining", .closed(1, 1000))
  /// The number of exchanges of a permutation test over a bank.
  public static let bankPermutations = ParameterMeaning(
    "random exchanges of unlearned and retrained models for the p-value; 0 for none", .closed(0, 100_000))
}
