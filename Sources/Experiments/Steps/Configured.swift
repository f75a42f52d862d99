import ConfigYAML
package import JSON
import Synchronization
package import Unlearning

/// A plugin reference by name, version and resolved parameters, the encodable form of a plugin in a step.
package struct Configured: Hashable, Sendable {
  /// The plugin's name.
  package let name: String
  /// The plugin's version.
  package let version: Int
  /// All parameters, defaults included.
  package let parameters: JSONValue
  /// The canonical text, the key of made plugins in `PluginMaker`.
  private let text: String

  package init(name: String, version: Int, parameters: JSONValue) {
    (self.name, self.version, self.parameters) = (name, version, parameters)
    text = parameters.canonicalText
  }

  package static func == (left: Configured, right: Configured) -> Bool {
    left.name == right.name && left.version == right.version && left.text == right.text
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension Configured: Codable {
  private enum CodingKeys: String, CodingKey { case name, version, parameters }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name), version: try container.decode(Int.self, forKey: .version),
      parameters: try container.decode(JSONValue.self, forKey: .parameters))
  }
}

/// A step was written by a program with other plugins or versions.
package enum ConfiguredError: Error, Hashable, CustomStringConvertible {
  case unknown(role: String, name: String)
  case otherVersion(name: String, version: Int, known: Int)

  package var description: String {
    switch self {
    case .unknown(let role, let name): "this program has no \(role) '\(name)'"
    case .otherVersion(let name, let version, let known):
      "the step is of version \(version) of '\(name)', and this program has version \(known)"
    }
  }
}

/// Makes and caches the plugins that steps name.
package final class PluginMaker: Sendable {
  private struct Place: Hashable {
    var role: String
    var configured: Configured
  }

  private let registry: Registry
  private let made = Mutex<[Place: any Plugin]>([:])

  package init(_ registry: Registry) { self.registry = registry }

  func method(_ configured: Configured) throws -> any UnlearningMethod {
    try plugin(configured, "method", registry.method) { try Self.make($0, configured) }
  }

  func attack(_ configured: Configured) throws -> any Attack {
    try plugin(configured, "attack", registry.attack) { try Self.make($0, configured) }
  }

  func probe(_ configured: Configured, _ role: ProbeKind) throws -> any Probe {
    switch role {
    case .attack: try attack(configured)
    case .metric: try plugin(configured, "metric", registry.metric) { try Self.make($0, configured) }
    }
  }

  func dataset(_ configured: Configured) throws -> any DatasetSource {
    try plugin(configured, "data set", registry.dataset) { try Self.make($0, configured) }
  }

  package func architecture(_ configured: Configured) throws -> any Architecture {
    try plugin(configured, "architecture", registry.architecture) { try Self.make($0, configured) }
  }

  /// - Throws: `ConfiguredError`, or the plugin's `ParameterError`.
  private func plugin<Kind, Value>(
    _ configured: Configured, _ role: String, _ find: (String) -> Kind?, _ make: (Kind) throws -> Value
  ) throws -> Value {
    let place = Place(role: role, configured: configured)
    if let known = made.withLock({ $0[place] as? Value }) { return known }
    guard let type = find(configured.name) else { throw ConfiguredError.unknown(role: role, name: configured.name) }
    let plugin = try make(type)
    made.withLock { $0[place] = plugin as? any Plugin }
    return plugin
  }

  private static func make<P: Plugin>(_ type: P.Type, _ configured: Configured) throws -> P {
    guard P.card.version == configured.version else {
      throw ConfiguredError.otherVersion(name: configured.name, version: configured.version, known: P.card.version)
    }
    return try P(try configured.parameters.decode(P.self))
  }
}
