extension ParameterError {
  /// Checks the parameter `terms` of a metric that compares measurements of others with those of retrained models.
  ///
  /// - Parameters:
  ///   - terms: Full names of measurements, as written in the file.
  ///   - metric: The metric's own name, whose measurements cannot be terms.
  ///   - value: What the metric measures, for the message.
  /// - Throws: every term that is not of the form `<plugin>.<measurement>`, is repeated, or is the metric's own.
  public static func checkTerms(_ terms: [String], of metric: String, value: String) throws(ParameterError) {
    var problems: [String] = []
    if terms.isEmpty { problems.append("must name at least one value") }
    if Set(terms).count < terms.count { problems.append("must name each value once") }
    for term in terms {
      if !isName(term) { problems.append("must be names such as 'accuracy.retain_test', not '\(term)'") }
      if term.hasPrefix("\(metric).") { problems.append("cannot be the \(value) itself, '\(term)'") }
    }
    guard problems.isEmpty else { throw ParameterError(problems.map { Problem(parameter: "terms", message: $0) }) }
  }
}

extension ParameterError {
  /// Whether `term` is `<plugin>.<measurement>`, or `<plugin>(<what a sweep varies>).<measurement>`.
  private static func isName(_ term: String) -> Bool {
    guard let dot = term.lastIndex(of: "."), term.index(after: dot) < term.endIndex else { return false }
    let plugin = term[..<dot]
    guard let bracket = plugin.firstIndex(of: "(") else { return !plugin.isEmpty && !plugin.contains(".") }
    return plugin.hasSuffix(")") && bracket > plugin.startIndex && !plugin[..<bracket].contains(".")
  }
}

extension Evidence {
  /// A score of the distances between the target and the retrained model of its seed in all `terms`.
  ///
  /// Where the target is itself a retrained model, it is the mean over the retrained models of the other seeds: the
  /// floor of such a score.
  ///
  /// - Returns: nil for a retrained model without another one that has all terms; with the spread of a mean over pairs
  ///   where the target is a retrained model.
  /// - Throws: `AttackError.missingMeasurements` with every term that the model or the retrained model has no value of.
  public func comparison(
    of terms: [String], _ score: (_ distances: [Double]) -> Double
  ) throws(AttackError) -> (value: Double, spread: Spread?)? {
    guard let others = otherReferenceMeasurements else { return (score(try distances(of: terms)), nil) }
    let missing = terms.filter { measurements[$0] == nil }
    guard missing.isEmpty else { throw .missingMeasurements(missing, available: measurements.keys.sorted()) }
    let models = ([measurements] + others).filter { model in terms.allSatisfy { model[$0] != nil } }
    guard models.count > 1 else { return nil }
    let scores = models.map { first in
      models.map { second in score(terms.map { abs((first[$0] ?? 0) - (second[$0] ?? 0)) }) }
    }
    let floor = Array(scores[0].dropFirst()).mean
    return (floor, .ofPairs(scores, at: 0))
  }

  /// The distance of each term, a measurement's full name, from that of the retrained model of the same seed.
  ///
  /// - Throws: `AttackError.missingMeasurements` with every term that the model or the retrained model has no value of.
  public func distances(of terms: [String]) throws(AttackError) -> [Double] {
    let missing = terms.filter { measurements[$0] == nil || referenceMeasurements[$0] == nil }
    guard missing.isEmpty else {
      let available = measurements.keys.filter { referenceMeasurements[$0] != nil }.sorted()
      throw .missingMeasurements(missing, available: available)
    }
    return terms.map { abs((measurements[$0] ?? 0) - (referenceMeasurements[$0] ?? 0)) }
  }
}
