import Unlearning
import UnlearningTesting

/// Plugins with something wrong in their cards or parameters.
enum PluginMutants {
  private static func mutant<P: Plugin>(_ type: P.Type, breaks law: Law) -> Mutant {
    Mutant(type, breaks: law) { PluginLaws.violations(of: type) }
  }

  static let all = [
    mutant(Shouting.self, breaks: .kebabCaseName), mutant(Untitled.self, breaks: .hasTitle),
    mutant(Abrupt.self, breaks: .summaryInOneSentence), mutant(Sourceless.self, breaks: .hasSource),
    mutant(Unversioned.self, breaks: .versionFromOne), mutant(Impossible.self, breaks: .constructsWithDefaults),
    mutant(Unwritable.self, breaks: .parametersEncode), mutant(Forgetful.self, breaks: .parametersSurviveRoundTrip),
    mutant(Repetitive.self, breaks: .oneFieldPerParameter), mutant(Secretive.self, breaks: .everyParameterIsDocumented),
    mutant(Wordless.self, breaks: .fieldsHaveSummaries), mutant(Boundless.self, breaks: .numbersHaveTwoBounds),
    mutant(Boastful.self, breaks: .decodesItsRange), mutant(Narrow.self, breaks: .decodesItsRange),
    mutant(Lenient.self, breaks: .refusesOutOfRange), mutant(HalfLenient.self, breaks: .refusesOutOfRange),
    mutant(Colorful.self, breaks: .refusesOutOfRange), mutant(Misnaming.self, breaks: .namesParameterOutOfRange),
  ]

  struct Shouting: MutantMethod { static let card = Card.mutant(name: "Shouting Out") }
  struct Untitled: MutantMethod { static let card = Card.mutant(title: "") }
  struct Abrupt: MutantMethod { static let card = Card.mutant(summary: "no sentence") }
  struct Sourceless: MutantMethod { static let card = Card.mutant(source: Source(authors: "", venue: "")) }
  struct Unversioned: MutantMethod { static let card = Card.mutant(version: 0) }

  /// Its default is out of range.
  struct Impossible: MutantMethod {
    @Parameter("how fast", .closed(0, 1)) var speed = 2.0
  }

  /// Its default has no JSON form.
  struct Unwritable: MutantMethod {
    @Parameter("how fast", .closed(0, 1)) var speed = UInt64.max
  }

  /// Loses a value when it is read back.
  struct Forgetful: MutantMethod {
    @Parameter("whether it is fast") var isFast = false
    init() {}
    init(from decoder: any Decoder) throws { isFast = true }
  }

  struct Repetitive: MutantMethod {
    @Parameter("how fast", .closed(0, 1)) var speed = 0.5
    static let fields = [
      ParameterField("speed", "how fast", .closed(0, 1)), ParameterField("speed", "again", .closed(0, 1)),
    ]
  }

  struct Secretive: MutantMethod {
    var speed = 0.5
    static let fields: [ParameterField] = []
  }

  struct Wordless: MutantMethod {
    @Parameter("", .closed(0, 1)) var speed = 0.5
  }

  /// Takes every number, in all the ways that a parameter can hold one.
  struct Boundless: MutantMethod {
    @Parameter("how many steps") var steps = 1
    @Parameter("how large") var sizes: [Int] = []
    @Parameter("up to where") var limit: Double? = nil
    @Parameter("how fast") var isFast = false
  }

  /// Documents a word that it does not have.
  struct Boastful: MutantMethod {
    enum Color: String, Codable { case red, blue }
    @Parameter("which color", .oneOf(["red", "blue", "mauve"])) var color = Color.red
  }

  /// Documents numbers that its type does not hold, so that none above them can be tried.
  struct Narrow: MutantMethod {
    @Parameter("how many steps", .closed(0, 300)) var steps: UInt8 = 1
  }

  /// Checks nothing.
  struct Lenient: MutantMethod {
    @Parameter("how fast", .closed(0, 1)) var speed = 0.5
    init() {}
    init(_ parameters: Self) throws(ParameterError) { self = parameters }
  }

  /// Checks the lower bound alone.
  struct HalfLenient: MutantMethod {
    @Parameter("how fast", .halfOpen(0, 1)) var speed = 0.5
    init() {}
    init(_ parameters: Self) throws(ParameterError) {
      guard parameters.speed >= 0 else { throw ParameterError("speed", "must not be negative") }
      self = parameters
    }
  }

  /// Takes words that are not among its own.
  struct Colorful: MutantMethod {
    @Parameter("which color", .oneOf(["red", "blue"])) var color = "red"
    init() {}
    init(_ parameters: Self) throws(ParameterError) { self = parameters }
  }

  /// Refuses a value and names another parameter.
  struct Misnaming: MutantMethod {
    @Parameter("how fast", .closed(0, 1)) var speed = 0.5
    init() {}
    init(_ parameters: Self) throws(ParameterError) {
      guard (0...1).contains(parameters.speed) else { throw ParameterError("haste", "must be less") }
      self = parameters
    }
  }
}
