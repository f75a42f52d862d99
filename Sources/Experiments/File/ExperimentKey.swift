import ConfigYAML

/// The keys of one block of an experiment file, for its reader and for the JSON Schema.
package protocol BlockKey: RawRepresentable, CaseIterable, Sendable where RawValue == String {}

/// The keys of an experiment file, in the order of the schema.
package enum ExperimentKey: String, BlockKey {
  case experiment, seeds, bank, data
  case validationFraction = "validation_fraction"
  case architectures, training, forget, methods, attacks, metrics
  case exclusions = "exclude"

  /// Whether every file must have it.
  package var isRequired: Bool {
    switch self {
    case .experiment, .data, .architectures, .forget, .methods, .metrics: true
    case .seeds, .bank, .validationFraction, .training, .attacks, .exclusions: false
    }
  }

  /// What one item of a list of plugins is called; nil for other blocks.
  package var plugin: String? {
    switch self {
    case .data: "data set"
    case .architectures: "architecture"
    case .methods: "method"
    case .attacks: "attack"
    case .metrics: "metric"
    case .experiment, .seeds, .bank, .validationFraction, .training, .forget, .exclusions: nil
    }
  }
}

/// The keys of `seeds:`, where it is no list.
package enum SeedsKey: String, BlockKey { case training, unlearning }

/// The keys of `bank:`.
package enum BankKey: String, BlockKey {
  case size, halves
  case forgetsPerModel = "forgets_per_model"
  case forgetFraction = "forget_fraction"
}

/// The keys that tell what an item of `forget:` is.
package enum RequestKey: String, BlockKey {
  case classes = "class"
  case samples, group, indices
}

/// The keys of `samples:`.
package enum SamplesKey: String, BlockKey { case fraction, count, seed }

/// The keys of a request of groups.
package enum GroupRequestKey: String, BlockKey { case group, ratio, seed }

/// The keys of one item of `group:`.
package enum GroupKey: String, BlockKey { case target, sensitive }

extension Node {
  subscript(key: some BlockKey) -> Node? { self[key.rawValue] }

  /// Reports every key that is not of `type`.
  func reportUnknownKeys<Key: BlockKey>(of type: Key.Type, _ diagnostics: Diagnostics) {
    reportUnknownKeys(known: Key.allCases.map(\.rawValue), diagnostics)
  }
}
