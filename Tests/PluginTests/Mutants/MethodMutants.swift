import Data
import Engine
import JSON
import Unlearning
import UnlearningTesting

/// A method that changes the original in one place.
protocol MutantMethod: UnlearningMethod {
  func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) throws
}

extension MutantMethod {
  static var card: Card { .mutant() }
  static var serves: Set<RequestKind> { [.oneClass] }

  func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {}

  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    try run.checkpoint()
    var model = original
    try change(&model, forget, retain, run)
    return model
  }
}

extension Classifier {
  /// Adds `number` to the biases of the head.
  fileprivate mutating func shift(by number: Float) {
    parameters["head.bias"] = parameters["head.bias"]?.affine(scale: 1, shift: number)
  }
}

extension Examples {
  /// `MethodMutants.Nosy` for each need.
  static let everyNeed = Examples(MethodNeed.allCases.map { ["need": .string($0.rawValue)] })
}

/// Methods that break a law.
enum MethodMutants {
  private static func mutant<M: UnlearningMethod>(
    _ type: M.Type, breaks law: Law, _ examples: Examples = Examples()
  ) -> Mutant {
    Mutant(type, breaks: law) { try MethodLaws.violations(of: type, on: TinyProblem(), examples: examples) }
  }

  static let all = [
    mutant(Unseeded.self, breaks: .isDeterministic), mutant(Exploding.self, breaks: .isFinite),
    mutant(Growing.self, breaks: .keepsArchitecture), mutant(Nosy.self, breaks: .declaresWhatItReads, .everyNeed),
    mutant(Useless.self, breaks: .servesSomeRequest), mutant(Unstoppable.self, breaks: .stopsWhenCancelled),
    mutant(Deaf.self, breaks: .everyParameterActs), mutant(Hoarding.self, breaks: .everyParameterActs),
    mutant(Lively.self, breaks: .inertParametersAreInert, Examples(inert: ["speed": "it is slow"])),
    mutant(Tidy.self, breaks: .inertParametersAreInert, Examples(inert: ["speed": "it has none"])),
  ]

  /// Draws from the system's randomness.
  struct Unseeded: MutantMethod {
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {
      model.shift(by: Float.random(in: 0...1))
    }
  }

  struct Exploding: MutantMethod {
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {
      model.shift(by: .infinity)
    }
  }

  /// Adds a class.
  struct Growing: MutantMethod {
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {
      model.parameters["head.bias"] = Tensor([0, 0, 0, 0, 0], shape: [5])
    }
  }

  /// Reads data that it does not declare.
  struct Nosy: MutantMethod {
    static let needs: Set<MethodNeed> = []
    static let serves = Set(RequestKind.allCases)
    @Parameter("what it reads") var need = MethodNeed.originalModel

    func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
      try run.checkpoint()
      var model = TinyProblem.makeClassifier(run.random)
      switch need {
      case .originalModel: model = original
      case .retainData: model.shift(by: Float(retain.count))
      case .forgetLabels: model.shift(by: Float(forget.labels.reduce(0, +)))
      case .groups: model.shift(by: Float(forget.sensitiveValues?.reduce(1, +) ?? 0))
      }
      return model
    }
  }

  struct Useless: MutantMethod { static let serves: Set<RequestKind> = [] }

  /// Never asks whether it may go on.
  struct Unstoppable: MutantMethod {
    func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) -> Classifier { original }
  }

  /// Does not look at its parameter.
  struct Deaf: MutantMethod {
    @Parameter("how fast", .closed(0, 1)) var speed = 0.5
  }

  /// Declares the recipe of originals and uses only its `TrainingRecipe`.
  struct Hoarding: MutantMethod {
    var recipe = OriginalRecipe()
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) throws {
      model = try run.fit(model, to: retain, by: recipe.steps) { $0.crossEntropy }
    }
  }

  /// Looks at a parameter that is declared inert.
  struct Lively: MutantMethod {
    @Parameter("how fast", .closed(0, 1)) var speed = 0.5
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {
      model.shift(by: Float(speed))
    }
  }

  /// Is declared to have an inert parameter, and has no parameters.
  struct Tidy: MutantMethod {}
}
