import Data
import Engine
import Testing
import Unlearning
import UnlearningTesting

/// The law suites must fail: one deliberately broken plugin for each law.
@Suite("Broken plugins are found") struct MutantTests {
  static let source = Source(authors: "Nobody", venue: "nowhere")

  private func laws(of violations: [Violation]) -> Set<String> { Set(violations.map(\.law)) }

  // MARK: Methods

  /// Draws from the system's randomness.
  struct Unseeded: MutantMethod {
    static let card = Card(name: "unseeded", title: "Mutant", summary: "Is random.", source: source)
    init() {}
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {
      model.parameters["head.bias"] = Tensor((0..<4).map { _ in Float.random(in: 0...1) }, shape: [4])
    }
  }

  /// Leaves NaN behind.
  struct Exploding: MutantMethod {
    static let card = Card(name: "exploding", title: "Mutant", summary: "Explodes.", source: source)
    init() {}
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {
      model.parameters["head.bias"] = Tensor([0, .nan, 0, 0], shape: [4])
    }
  }

  /// Adds a class.
  struct Growing: MutantMethod {
    static let card = Card(name: "growing", title: "Mutant", summary: "Grows.", source: source)
    init() {}
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {
      model.parameters["head.bias"] = Tensor([0, 0, 0, 0, 0], shape: [5])
    }
  }

  /// Reads everything and says that it needs nothing.
  struct Silent: MutantMethod {
    static let needs: Set<MethodNeed> = []
    static let card = Card(name: "silent", title: "Mutant", summary: "Hides needs.", source: source)
    init() {}
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {
      guard let bias = model.parameters["head.bias"] else { return }
      model.parameters["head.bias"] = bias.affine(scale: 1, shift: Float(retain.count))
    }
  }

  /// Never asks whether it may go on.
  struct Unstoppable: UnlearningMethod {
    static let card = Card(name: "unstoppable", title: "Mutant", summary: "Does not stop.", source: source)
    static let needs: Set<MethodNeed> = [.originalModel, .retainData]
    static let serves: Set<RequestKind> = [.oneClass]
    init() {}
    func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) -> Classifier { original }
  }

  @Test("methods")
  func methods() throws {
    let problem = try TinyProblem()
    #expect(laws(of: try MethodLaws.violations(of: Unseeded.self, on: problem)) == ["same seed, same bits"])
    #expect(laws(of: try MethodLaws.violations(of: Exploding.self, on: problem)).contains("finite"))
    #expect(laws(of: try MethodLaws.violations(of: Growing.self, on: problem)) == ["keeps the architecture"])
    #expect(laws(of: try MethodLaws.violations(of: Silent.self, on: problem)) == ["declares what it needs"])
    #expect(laws(of: try MethodLaws.violations(of: Unstoppable.self, on: problem)) == ["stops when cancelled"])
  }

  // MARK: Cards and parameters

  /// Everything about it is wrong.
  struct Untidy: MutantMethod {
    var speed = 1.0
    var colour = "red"
    static let fields = [ParameterField("speed", "", .positive)]
    static let card = Card(
      name: "Untidy One", title: "", summary: "no sentence", source: Source(authors: "", venue: ""), version: 0)
    init() {}
    init(_ parameters: Self) throws(ParameterError) { self = parameters }
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {}
  }

  /// Forgets a value when it is read back.
  struct Forgetful: MutantMethod {
    var speed = 1.0
    static let fields = [ParameterField("speed", "how fast", .closed(0, 10))]
    static let card = Card(name: "forgetful", title: "Mutant", summary: "Forgets.", source: source)
    init() {}
    init(from decoder: any Decoder) throws { speed = 2 }
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {}
  }

  /// Takes every number, in all the ways that a parameter can hold one.
  struct Boundless: MutantMethod {
    @Parameter("how many steps") var steps = 1
    @Parameter("how large") var sizes: [Int] = []
    @Parameter("up to where") var limit: Double? = nil
    @Parameter("how fast") var isFast = false
    static let card = Card(name: "boundless", title: "Mutant", summary: "Takes everything.", source: source)
    init() {}
    func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run) {}
  }

  @Test("cards and parameters")
  func cards() {
    #expect(
      laws(of: PluginLaws.violations(of: Untidy.self)) == [
        "name in kebab-case", "has a title", "summary in one sentence", "has a source", "version from 1",
        "every parameter is documented", "fields say what they mean", "refuses values out of range",
      ])
    #expect(
      laws(of: PluginLaws.violations(of: Forgetful.self)) == [
        "refuses values out of range", "parameters survive a round trip",
      ])
    #expect(laws(of: PluginLaws.violations(of: Boundless.self)) == ["numbers have two bounds"])
    let findings = PluginLaws.violations(of: Boundless.self).map(\.finding)
    #expect(findings == ["'steps' has none", "'sizes' has none", "'limit' has none"])
  }

  // MARK: Attacks and metrics

  /// Returns what no attack may return.
  struct Wild: Attack {
    static let card = Card(name: "wild", title: "Mutant", summary: "Returns nonsense.", source: source)
    static let reads: Set<EvidenceKind> = [.predictions]
    static let retrainedModelsNeeded = 2
    static let measures = [
      MeasurementKind("Too Much", direction: .lower, meaning: "more than all"),
      MeasurementKind("twice", direction: .lower, meaning: "two values."),
      MeasurementKind("twice", direction: .lower, meaning: "another"),
      MeasurementKind("negative", unit: .bytes, direction: .lower, meaning: "bytes"),
    ]
    init() {}
    func attack(_ evidence: Evidence) -> [MeasuredValue] {
      [
        MeasuredValue("Too Much", 1.5, direction: .lower),
        MeasuredValue("twice", Double.random(in: 0...1), direction: .lower),
        MeasuredValue("twice", .nan, direction: .lower),
        MeasuredValue("negative", -1, unit: .bytes, direction: .lower),
      ]
    }
  }

  /// Measures nothing.
  struct Mute: Metric {
    static let card = Card(name: "mute", title: "Mutant", summary: "Says nothing.", source: source)
    static let reads: Set<EvidenceKind> = [.predictions]
    static let measures = [MeasurementKind("nothing", direction: .higher, meaning: "nothing at all")]
    init() {}
    func measure(_ evidence: Evidence) -> [MeasuredValue] { [] }
  }

  /// Measures otherwise than it says: another unit, direction, reference and name, and not what it announces.
  struct Confused: Metric {
    static let card = Card(name: "confused", title: "Mutant", summary: "Confuses units.", source: source)
    static let reads: Set<EvidenceKind> = [.predictions]
    static let measures = ["unit", "direction", "reference"].map {
      MeasurementKind($0, range: 0...5, direction: .higher, meaning: "a time")
    }
    init() {}
    func measurementNames(in cell: CellSizes) -> Set<String>? { ["unit", "announced"] }
    func measure(_ evidence: Evidence) -> [MeasuredValue] {
      [
        MeasuredValue("unit", 3, unit: .seconds, direction: .higher),
        MeasuredValue("direction", 3, direction: .lower),
        MeasuredValue("reference", 3, direction: .higher, reference: .none),
        MeasuredValue("name", 3, direction: .higher),
      ]
    }
  }

  @Test("attacks and metrics")
  func evidence() throws {
    let problem = try TinyProblem()
    #expect(
      laws(of: try EvidenceLaws.violations(ofAttack: Wild.self, on: problem)) == [
        "names in snake_case", "values lie in their range", "one value per name", "same evidence, same values",
        "finite", "declares what it reads", "one kind per name", "measurements say what they mean, in one line",
      ])
    #expect(laws(of: try EvidenceLaws.violations(ofMetric: Mute.self, on: problem)) == ["measures something"])
    let confused = try EvidenceLaws.violations(ofMetric: Confused.self, on: problem)
    #expect(laws(of: confused) == ["measures what it declares"])
    #expect(
      confused.compactMap { $0.finding.split(separator: "'").first } == [
        "unit", "direction", "reference", "name", "announced",
      ])
  }

  // MARK: Architectures

  /// Has a parameter that it does not use, and images that see each other.
  struct Idle: Architecture {
    static let card = Card(name: "idle", title: "Mutant", summary: "Wastes parameters.", source: source)
    init() {}
    func body(imageShape: [Int]) -> any Layer { Sequential([("flatten", Flatten()), ("idle", IdleLayer())]) }

    struct IdleLayer: Layer {
      func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] {
        declarations.parameter("\(path).weight", shape: [2]) { _ in Tensor(zeros: [2]) }
        return input
      }
      func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable {
        (1 / Float(x.shape[0])) * x
      }
    }
  }

  @Test("architectures")
  func architectures() throws {
    #expect(
      laws(of: try ArchitectureLaws.violations(of: Idle.self, imageShape: [4, 4, 1])) == [
        "every parameter is used", "images do not see each other when evaluated",
      ])
  }
}

/// A method that changes the original in one place.
protocol MutantMethod: UnlearningMethod {
  func change(_ model: inout Classifier, _ forget: Dataset, _ retain: Dataset, _ run: Run)
}

extension MutantMethod {
  static var needs: Set<MethodNeed> { [.originalModel, .retainData] }
  static var serves: Set<RequestKind> { [.oneClass] }

  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    try run.checkpoint()
    var model = original
    change(&model, forget, retain, run)
    return model
  }
}
