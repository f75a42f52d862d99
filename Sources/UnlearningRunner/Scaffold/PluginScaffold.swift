import Data
package import Foundation
import SystemErrors
package import Unlearning

/// Creates a new plugin in this package: its folder, its test, and its lines in the two lists.
package struct PluginScaffold {
  /// The root of the package.
  var root: URL
  var registry: Registry

  /// A scaffold for the package in `root`, whose plugins are in `registry`.
  package init(root: URL, registry: Registry) {
    self.root = root
    self.registry = registry
  }

  private static let manifest = "Package.swift"
  private static let list = "Sources/BuiltIns/BuiltIns.swift"

  /// Writes all files or none; returns the written paths, relative to the root.
  package func create(_ name: PluginName) throws(ScaffoldError) -> [String] {
    for path in [Self.manifest, Self.list, name.role.folder, "Tests/PluginTests"] where !exists(path) {
      throw .notTheRoot(root.path, missing: path)
    }
    try checkIsFree(name)
    let source = "\(name.role.folder)/\(name.module)/\(name.type).swift"
    let test = "Tests/PluginTests/\(name.module)Tests.swift"
    let old = [Self.manifest: try read(Self.manifest), Self.list: try read(Self.list)]
    let new: [(path: String, text: String)] = [
      (source, name.source), (test, name.test),
      (
        Self.manifest,
        try SourceEdit.adding(name, toManifest: old[Self.manifest, default: ""], path: Self.manifest)
      ),
      (Self.list, try SourceEdit.adding(name, toList: old[Self.list, default: ""], path: Self.list)),
    ]
    do {
      for file in new { try write(file.text, to: file.path) }
    } catch {
      // Restores the old contents; the error to report is the one that stopped the writing.
      for (path, text) in old { try? write(text, to: path) }
      try? FileManager.default.removeItem(at: root.appending(path: "\(name.role.folder)/\(name.module)"))
      try? FileManager.default.removeItem(at: root.appending(path: test))
      throw error
    }
    return new.map(\.path)
  }

  /// - Throws: `ScaffoldError.taken` where something in the package has one of the names of the new plugin.
  package func checkIsFree(_ name: PluginName) throws(ScaffoldError) {
    if name.role.plugins(in: registry).contains(where: { $0.card.name == name.plugin }) {
      throw .taken(name.plugin, by: "the \(name.role.singular) of that name")
    }
    // Modules of all folders share one namespace, and some file systems ignore case.
    for folder in ["Sources", "Tests"] + folders(in: "Plugins").map({ "Plugins/\($0)" }) {
      if let twin = folders(in: folder).first(where: { $0.lowercased() == name.module.lowercased() }) {
        throw .taken(name.module, by: "the folder \(folder)/\(twin)")
      }
    }
    let test = "Tests/PluginTests/\(name.module)Tests.swift"
    if exists(test) { throw .taken(name.module, by: "the file \(test)") }
    // In a file that imports a module and a type of one name, which of the two the name means depends on the place.
    for type in [name.type, name.module, "\(name.module)Tests"] {
      if let file = fileDeclaring(type) { throw .taken(name.module, by: "the type \(type) in \(file)") }
    }
  }

  /// A source that declares a type of this name, relative to the root: the lists of plugins import all modules.
  private func fileDeclaring(_ type: String) -> String? {
    let declaration = try? Regex("\\b(actor|class|enum|protocol|struct|typealias) \(type)\\b")
    for folder in ["Plugins", "Sources", "Tests/PluginTests", "Tests/Support"] {
      let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
      while let name = names?.nextObject() as? String {
        guard name.hasSuffix(".swift"), let declaration, let text = try? read("\(folder)/\(name)") else { continue }
        if text.contains(type), text.contains(declaration) { return "\(folder)/\(name)" }
      }
    }
    return nil
  }

  private func folders(in path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path)) ?? []
  }

  private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  private func read(_ path: String) throws(ScaffoldError) -> String {
    do {
      return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    } catch {
      throw .system(path: path, reason: "cannot be read: \(error.systemReason)")
    }
  }

  private func write(_ text: String, to path: String) throws(ScaffoldError) {
    let url = root.appending(path: path)
    do {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url, options: .atomic)
    } catch {
      throw .system(path: path, reason: "cannot be written: \(error.systemReason)")
    }
  }
}
