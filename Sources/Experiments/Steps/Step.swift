import ConfigYAML
package import JSON
import Unlearning

/// One unit of work whose result is kept.
public struct Step: Sendable {
  /// What names its result.
  public let key: StepKey
  /// What it does, for people.
  public let label: String
  /// The steps whose results it reads.
  public let parents: [StepKey]
  /// The configuration that the key is made of.
  package let configuration: JSONValue
  /// Names and versions of the plugins that take part.
  package let plugins: [String: Int]
  /// What it does.
  package let body: any StepBody

  init(key: StepKey, label: String, configuration: JSONValue, plugins: [String: Int], body: any StepBody) {
    (self.key, self.label, self.configuration) = (key, label, configuration)
    (self.plugins, self.body) = (plugins, body)
    parents = body.inputs
  }

  /// What kind of work it is.
  public var kind: StepKind { type(of: body).kind }

  /// How long it takes, compared with a prediction, where nothing better is known.
  package var weight: Double { type(of: body).weight }

  /// Makes sure that what people read of its result is as it was written, and is one of this step.
  func verify(in store: Store) throws(StoreError) {
    try body.check(key, in: store)
  }

  /// What is known of its measurements, if it makes any.
  var expected: ExpectedMeasurements? { (body as? any ProbeStep)?.target.expected }
}

/// A step as it is written down.
package struct WrittenStep: Codable, Sendable {
  package var key: StepKey
  package var kind: StepKind
  package var label: String
  package var plugins: [String: Int]
  package var configuration: JSONValue
  package var body: JSONValue
}

extension Step {
  /// The kinds of the grid.
  package static let bodies: [any StepBody.Type] = [
    TrainStep.self, UnlearnStep.self, PredictStep.self, CalibrateStep.self, AttackStep.self, MeasureStep.self,
  ]

  /// The step, to be read by another process.
  package func written() throws -> WrittenStep {
    WrittenStep(
      key: key, kind: kind, label: label, plugins: plugins, configuration: configuration, body: try JSONValue(body))
  }

  /// The step that was written down.
  ///
  /// - Throws: `ConfiguredError.unknown` where its kind is not among `bodies`; `DecodingError`.
  package init(_ written: WrittenStep, bodies: [any StepBody.Type] = Step.bodies) throws {
    guard let type = bodies.first(where: { $0.kind == written.kind }) else {
      throw ConfiguredError.unknown(role: "kind of step", name: written.kind.rawValue)
    }
    func read<Body: StepBody>(_ type: Body.Type) throws -> any StepBody { try written.body.decode(type) }
    self.init(
      key: written.key, label: written.label, configuration: written.configuration, plugins: written.plugins,
      body: try read(type))
  }
}
