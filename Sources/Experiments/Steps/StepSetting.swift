package import Data
package import Unlearning

/// Data, architecture, recipe, request and seeds of a step: the part of a cell that does not depend on the method.
package struct StepSetting: Codable, Hashable, Sendable {
  /// The data set, with its validation samples.
  package var data: ConfiguredData
  /// The architecture of all models.
  package var architecture: Configured
  /// The training recipe of originals and retrained models.
  package var recipe: OriginalRecipe
  /// The forget request.
  package var request: ForgetRequest
  /// The request with the names of the data set's classes, as tables and progress print it.
  package var requestLabel: String
  /// The seeds of training, unlearning and the forget set.
  package var seeds: ModelSeeds
}

/// A data set without the samples that are held out for validation.
package struct ConfiguredData: Codable, Hashable, Sendable {
  /// The data set.
  package var source: Configured
  /// The fraction of the training samples that is held out, in [0, 1).
  package var validationFraction: Double
}

/// The subset of the training set that an original is trained on.
package enum TrainingSubset: Codable, Hashable, Sendable {
  /// The full training set.
  case all
  /// The retain set of the request.
  case retained
  /// A random half, rounded down, drawn without replacement by this seed, for shadow models; `indices` tell members
  /// from non-members.
  case half(seed: Int)
}
