import ConfigYAML
package import JSON
import Unlearning

/// One unit of work with a stored result.
public struct Step: Sendable {
  /// The content-addressed key of its result.
  public let key: StepKey
  /// A description for progress output and records.
  public let label: String
  /// The steps whose results it reads.
  public let parents: [StepKey]
  /// The configuration that the key is computed from.
  package let configuration: JSONValue
  /// The versions of the plugins that it runs, by name.
  package let plugins: [String: Int]
  /// The work of the step.
  package let body: any StepBody

  init(key: StepKey, label: String, configuration: JSONValue, plugins: [String: Int], body: any StepBody) {
    (self.key, self.label, self.configuration) = (key, label, configuration)
    (self.plugins, self.body) = (plugins, body)
    parents = body.inputs
  }

  /// The kind of its body, part of the key.
  public var kind: StepKind { type(of: body).kind }

  /// Its relative run time, a prediction step being 1, for estimates without finished steps.
  package var weight: Double { type(of: body).weight }

  /// Verifies that the files of its result that users read are intact and belong to this step.
  func verify(in store: Store) throws(StoreError) {
    try body.check(key, in: store)
  }

  /// The expectations of its measurements; nil unless it runs a probe.
  var expected: ExpectedMeasurements? { (body as? any ProbeStep)?.target.expected }
}

/// The encoded form of a step.
package struct WrittenStep: Codable, Sendable {
  package var key: StepKey
  package var kind: StepKind
  package var label: String
  package var plugins: [String: Int]
  package var configuration: JSONValue
  package var body: JSONValue
}

extension Step {
  /// The step types of a grid, for decoding.
  package static let bodies: [any StepBody.Type] = [
    ImportStep.self, TrainStep.self, UnlearnStep.self, PredictStep.self, CalibrateStep.self, AttackStep.self,
    MeasureStep.self,
  ]

  /// Encodes the step for another process.
  package func written() throws -> WrittenStep {
    WrittenStep(
      key: key, kind: kind, label: label, plugins: plugins, configuration: configuration, body: try JSONValue(body))
  }

  /// Decodes a step.
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
