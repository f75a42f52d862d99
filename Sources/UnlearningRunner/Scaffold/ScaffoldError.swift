/// Why a plugin could not be created.
package enum ScaffoldError: Error, Equatable, CustomStringConvertible {
  /// The name is not allowed; `reason` states the rule.
  case badName(String, reason: String)
  /// The name is already in use.
  case taken(String, by: String)
  /// The folder is not the root of this package.
  case notTheRoot(String, missing: String)
  /// A file of the package does not have the expected form.
  case unexpected(path: String, reason: String)
  /// A file cannot be read or written; nothing was changed.
  case system(path: String, reason: String)

  /// What is wrong and what to do.
  package var description: String {
    switch self {
    case .badName(let name, let reason): "'\(name)' cannot be the name of a plugin: \(reason)"
    case .taken(let name, let owner): "the name '\(name)' is taken by \(owner); choose another one"
    case .notTheRoot(let folder, let missing):
      "\(folder) is not the root of the Lacuna package: it has no \(missing); change to the folder of its Package.swift. "
        + "A plugin in a separate package needs no scaffold: see CONTRIBUTING.md"
    case .unexpected(let path, let reason): "\(path): \(reason); add the plugin by hand, see CONTRIBUTING.md"
    case .system(let path, let reason): "\(path): \(reason); nothing was changed"
    }
  }
}
