/// What every plugin obeys, in a few words; each law is checked by one of the suites, such as `MethodLaws`.
public enum Law: String, Sendable, CaseIterable {
  // Cards.
  case kebabCaseName = "name in kebab-case"
  case hasTitle = "has a title"
  case summaryInOneSentence = "summary in one sentence"
  case hasSource = "has a source"
  case versionFromOne = "version from 1"

  // Parameters.
  case constructsWithDefaults = "constructs with its defaults"
  case parametersEncode = "parameters encode"
  case parametersSurviveRoundTrip = "parameters survive a round trip"
  case oneFieldPerParameter = "one field per parameter"
  case everyParameterIsDocumented = "every parameter is documented"
  case fieldsHaveSummaries = "fields say what they mean"
  case numbersHaveTwoBounds = "numbers have two bounds"
  case decodesItsRange = "decodes the values of its range"
  case refusesOutOfRange = "refuses values out of range"
  case namesParameterOutOfRange = "names the parameter out of range"
  case everyParameterActs = "every parameter changes the result"
  case inertParametersAreInert = "inert parameters change nothing"

  // What several kinds of plugins return.
  case isDeterministic = "same seed, same bits"
  case isFinite = "finite"
  case declaresWhatItReads = "declares what it reads"

  // Methods.
  case servesSomeRequest = "serves some request"
  case keepsArchitecture = "keeps the architecture"
  case stopsWhenCancelled = "stops when cancelled"

  // Attacks and metrics.
  case measuresSomething = "measures something"
  case oneValuePerName = "one value per name"
  case snakeCaseNames = "names in snake_case"
  case measuresWhatItDeclares = "measures what it declares"
  case valuesInRange = "values lie in their range"
  case oneKindPerName = "one kind per name"
  case kindsHaveMeanings = "measurements say what they mean, in one line"

  // Architectures.
  case seedChoosesParameters = "the seed chooses the parameters"
  case outputPerImage = "features and logits of every image"
  case imagesAreIndependent = "images do not see each other when evaluated"
  case everyWeightIsUsed = "every weight is used"
  case trainingMovesStatistics = "training moves the running statistics"

  // Data sets.
  case dataAreAsDeclared = "classes, shape and attribute are those it declares"
  case everyClassHasSamples = "every class has training samples"
  case outlineCountsData = "the outline counts the data"
  case splitsAreDisjoint = "no image is in two splits"
  case filesAreNamed = "its files are there, always in the same order"
}

/// A law that a plugin violates, with the finding.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
  /// The law.
  public var law: Law
  /// What was found.
  public var finding: String

  /// A violation of `law`.
  public init(_ law: Law, _ finding: String) {
    self.law = law
    self.finding = finding
  }

  /// The law and the finding in one line.
  public var description: String { "\(law.rawValue): \(finding)" }
}
