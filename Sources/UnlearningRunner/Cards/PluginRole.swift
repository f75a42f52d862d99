import ArgumentParser
import Unlearning

/// What a plugin is for; the raw value is the word of the command line.
package enum PluginRole: String, CaseIterable, ExpressibleByArgument {
  case methods, attacks, metrics, datasets, architectures

  /// One plugin of the role.
  var singular: String {
    switch self {
    case .methods: "method"
    case .attacks: "attack"
    case .metrics: "metric"
    case .datasets: "dataset"
    case .architectures: "architecture"
    }
  }

  /// The plugins of the role, sorted by name.
  func plugins(in registry: Registry) -> [any Plugin.Type] {
    let plugins: [any Plugin.Type] =
      switch self {
      case .methods: registry.methods
      case .attacks: registry.attacks
      case .metrics: registry.metrics
      case .datasets: registry.datasets
      case .architectures: registry.architectures
      }
    return plugins.sorted { $0.card.name < $1.card.name }
  }
}
