package import Data
package import Unlearning

/// The data and models that a step is about: what a cell of the grid shares with its neighbors.
package struct StepSetting: Codable, Hashable, Sendable {
  /// The data set, with its validation samples.
  package var data: ConfiguredData
  /// The architecture of all models.
  package var architecture: Configured
  /// How originals and retrained models are trained.
  package var recipe: OriginalRecipe
  /// What is to be forgotten.
  package var request: ForgetRequest
  /// The request with the names of the data set's classes, as tables and progress print it.
  package var requestLabel: String
  /// What the random numbers come from.
  package var seeds: ModelSeeds
}

/// A data set without the samples that are held out for validation.
package struct ConfiguredData: Codable, Hashable, Sendable {
  /// The data set.
  package var source: Configured
  /// The share of the training samples that is held out, in [0, 1).
  package var validationFraction: Double
}

/// Which training samples an original learns from.
package enum TrainingSubset: Codable, Hashable, Sendable {
  /// All of them.
  case all
  /// Those that the request leaves.
  case retained
  /// Half of them, rounded down, drawn without replacement by this seed: for shadow models, of which each sample is a
  /// member or not. The samples' `indices` say which.
  case half(seed: Int)
}
