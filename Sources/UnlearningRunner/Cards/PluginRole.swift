import ArgumentParser
import Unlearning

/// The role of a plugin; raw values are the words of the command line.
package enum PluginRole: String, CaseIterable, ExpressibleByArgument {
  case methods, attacks, metrics, datasets, architectures

  /// The name of one plugin of the role.
  var singular: String {
    switch self {
    case .methods: "method"
    case .attacks: "attack"
    case .metrics: "metric"
    case .datasets: "dataset"
    case .architectures: "architecture"
    }
  }

  /// The filter of `swift test` for the tests of a plugin in `module`, the laws of its role and the list of plugins.
  func testFilter(_ module: String) -> String {
    let power = self == .attacks ? ["AttackPowerTests", "AttackCalibrationTests"] : []
    return ([module, "LawTests", "ListTests"] + power).joined(separator: "|")
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
