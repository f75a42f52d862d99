/// The plugins that experiment files can name; made once, immutable, passed down.
///
/// ```swift
/// Registry { Registry.builtIns; MyMethod.self }
/// ```
public struct Registry: Sendable {
  /// Unlearning methods, in the order of registration.
  public private(set) var methods: [any UnlearningMethod.Type] = []
  /// Attacks, in the order of registration.
  public private(set) var attacks: [any Attack.Type] = []
  /// Metrics, in the order of registration.
  public private(set) var metrics: [any Metric.Type] = []
  /// Data sets, in the order of registration.
  public private(set) var datasets: [any DatasetSource.Type] = []
  /// Architectures, in the order of registration.
  public private(set) var architectures: [any Architecture.Type] = []

  /// A registry of the listed plugins; two of one name and role are a programmer's error.
  public init(@RegistryBuilder _ plugins: () -> [any Plugin.Type]) {
    for plugin in plugins() {
      var known = false
      if let type = plugin as? any UnlearningMethod.Type { known = Self.add(type, to: &methods) || known }
      if let type = plugin as? any Attack.Type { known = Self.add(type, to: &attacks) || known }
      if let type = plugin as? any Metric.Type { known = Self.add(type, to: &metrics) || known }
      if let type = plugin as? any DatasetSource.Type { known = Self.add(type, to: &datasets) || known }
      if let type = plugin as? any Architecture.Type { known = Self.add(type, to: &architectures) || known }
      precondition(known, "\(String(reflecting: plugin)) is no method, attack, metric, data set or architecture")
    }
  }

  private static func add<Role>(_ type: Role, to list: inout [Role]) -> Bool {
    if let plugin = type as? any Plugin.Type {
      let name = plugin.card.name
      let twin = list.lazy.compactMap { $0 as? any Plugin.Type }.first { $0.card.name == name }
      if let twin {
        preconditionFailure(
          "two plugins are named '\(name)': \(String(reflecting: twin)) and \(String(reflecting: plugin))")
      }
    }
    list.append(type)
    return true
  }

  /// Every plugin, role by role.
  public var all: [any Plugin.Type] {
    datasets as [any Plugin.Type] + architectures as [any Plugin.Type] + methods as [any Plugin.Type]
      + attacks as [any Plugin.Type] + metrics as [any Plugin.Type]
  }

  /// The method named `name`.
  public func method(_ name: String) -> (any UnlearningMethod.Type)? { methods.first { $0.card.name == name } }
  /// The attack named `name`.
  public func attack(_ name: String) -> (any Attack.Type)? { attacks.first { $0.card.name == name } }
  /// The metric named `name`.
  public func metric(_ name: String) -> (any Metric.Type)? { metrics.first { $0.card.name == name } }
  /// The data set named `name`.
  public func dataset(_ name: String) -> (any DatasetSource.Type)? { datasets.first { $0.card.name == name } }
  /// The architecture named `name`.
  public func architecture(_ name: String) -> (any Architecture.Type)? {
    architectures.first { $0.card.name == name }
  }
}

/// Collects the plugins of a registry; a registry in the list contributes all of its plugins.
@resultBuilder
public enum RegistryBuilder {
  /// One plugin.
  public static func buildExpression<P: Plugin>(_ plugin: P.Type) -> [any Plugin.Type] { [plugin] }
  /// Plugins that a program chose, such as some of another registry.
  public static func buildExpression(_ plugins: [any Plugin.Type]) -> [any Plugin.Type] { plugins }
  /// All plugins of another registry.
  public static func buildExpression(_ registry: Registry) -> [any Plugin.Type] { registry.all }
  /// The whole list.
  public static func buildBlock(_ parts: [any Plugin.Type]...) -> [any Plugin.Type] { parts.flatMap { $0 } }
}
