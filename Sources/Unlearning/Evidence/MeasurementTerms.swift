extension ParameterError {
  /// Checks the parameter `terms` of a metric that compares measurements of others with those of retrained models.
  ///
  /// - Parameters:
  ///   - metric: The metric's own name, whose measurements cannot be terms.
  ///   - value: What the metric measures, for the message.
  /// - Throws: every term that is no `<plugin>.<measurement>`, stands twice, or is the metric's own.
  public static func checkTerms(_ terms: [String], of metric: String, value: String) throws(ParameterError) {
    var problems: [String] = []
    if terms.isEmpty { problems.append("must name at least one value") }
    if Set(terms).count < terms.count { problems.append("must name each value once") }
    for term in terms {
      let parts = term.split(separator: ".", omittingEmptySubsequences: false)
      if parts.count != 2 || parts.contains("") {
        problems.append("must be names such as 'accuracy.retain_test', not '\(term)'")
      }
      if term.hasPrefix("\(metric).") { problems.append("cannot be the \(value) itself, '\(term)'") }
    }
    guard problems.isEmpty else { throw ParameterError(problems.map { Problem(parameter: "terms", message: $0) }) }
  }
}

extension Evidence {
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
