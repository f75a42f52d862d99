import Engine

extension Predictions {
  /// The features that enter the last layer, `[N, D]` in double precision.
  ///
  /// - Parameter part: The part of the data, for messages.
  /// - Throws: `AttackError` when features were not kept, or are not finite.
  public func featureRows(_ part: Part) throws(AttackError) -> FeatureRows {
    guard let features else { throw .emptySet("features on '\(part.rawValue)'") }
    let rows = FeatureRows(features)
    try rows.requireFinite("features on '\(part.rawValue)'")
    return rows
  }
}
