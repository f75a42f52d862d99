/// The keys of an audit file, in the order of the schema.
package enum AuditKey: String, BlockKey {
  case audit, data, architecture, classes, scores, labels, parts, forget, models, originals, retrained, methods, shadows
  case attacks, metrics

  /// Whether every file must have it.
  package var isRequired: Bool {
    switch self {
    case .audit, .classes, .labels, .parts, .retrained, .methods: true
    case .data, .architecture, .scores, .forget, .models, .originals, .shadows, .attacks, .metrics: false
    }
  }
}

/// The keys of an array in a file.
package enum ArrayKey: String, BlockKey { case file, array }

/// The keys of `shadows:`.
package enum ShadowKey: String, BlockKey {
  case originals, membership, forgotten
  case originalsOf = "originals_of"
  case methods
}

/// What the arrays of models hold.
package enum ScoreKind: String, Codable, CaseIterable, Sendable {
  /// `[models][N][K]` logits.
  case logits
  /// `[models][N]` margins, see `Predictions.margins`.
  case margins

  /// The dimensions of one model's numbers.
  var dimensions: Int { self == .logits ? 2 : 1 }
}
