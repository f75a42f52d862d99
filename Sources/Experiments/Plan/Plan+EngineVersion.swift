extension Plan {
  /// The engine's version in the keys of all steps.
  package static var engineVersion: Int { PlanBuilder.engineVersion }
}
