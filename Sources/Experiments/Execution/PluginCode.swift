import Digests
import Engine
import Foundation
import Unlearning

/// What the code of plugins is known by: the sources beside the file that holds a plugin's card.
///
/// A plugin's version says when its results change, if its author remembers to raise it. The sources say when its code
/// did, as far as they are on this machine. They do not see the code that plugins share (engine, training, data), and
/// they see changes that no result depends on, such as those of a comment.
struct PluginCode: Sendable {
  /// By the plugin's name, the SHA-256 of names and contents of its sources; without plugins whose sources are not here.
  private(set) var digests: [String: String] = [:]
  /// Plugins whose sources are newer than the program, which was therefore not built from them.
  private(set) var newerThanProgram: [String] = []

  /// What records have in place of the digest of sources that were newer than the program: that was built from others,
  /// which nobody knows any more.
  static let unknown = "newer than the program"

  /// What records have, by the plugin's name.
  var noted: [String: String] {
    digests.merging(newerThanProgram.map { ($0, Self.unknown) }, uniquingKeysWith: { first, _ in first })
  }

  /// A folder with more files is not that of a plugin.
  private static let mostFiles = 500
  private static let endings: Set<String> = ["swift", "c", "cc", "cpp", "h", "hpp", "m", "mm", "S"]

  /// The code of plugins with these cards.
  ///
  /// - Parameter built: When the program was built, in seconds since 1970; nil where that is not known, and then nothing is.
  init(of cards: [Card], built: Double? = ProgramBuild.time) {
    guard let built else { return }
    var folders: [String: Sources?] = [:]
    for card in cards {
      guard let file = card.sourceFile, file.hasPrefix("/") else { continue }
      let folder = URL(filePath: file).deletingLastPathComponent().path(percentEncoded: false)
      let sources = folders[folder] ?? Self.sources(in: folder)
      folders[folder] = sources
      guard let sources, FileSystem.kind(of: file) != .nothing else { continue }
      if sources.changed > built {
        newerThanProgram.append(card.name)
      } else {
        digests[card.name] = sources.digest
      }
    }
  }

  private struct Sources {
    var digest: String
    var changed: Double
  }

  private static func sources(in folder: String) -> Sources? {
    guard let names = FileManager.default.enumerator(atPath: folder) else { return nil }
    var files: [String] = []
    var seen = 0
    for case let name as String in names {
      seen += 1
      guard seen <= 10 * mostFiles else { return nil }
      guard endings.contains(URL(filePath: name).pathExtension) else { continue }
      files.append(name)
      guard files.count <= mostFiles else { return nil }
    }
    var hash = SHA256()
    var changed = 0.0
    for name in files.sorted() {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      guard let bytes = try? FileSystem.read(path, limit: 1 << 24), let time = FileSystem.timeOfChange(path) else {
        return nil
      }
      changed = max(changed, time)
      hash.update("\(name)\n\(bytes.count)\n".utf8)
      hash.update(bytes)
    }
    return files.isEmpty ? nil : Sources(digest: hash.finalize().hexadecimal, changed: changed)
  }
}

extension Plan {
  /// The code of all plugins that take part.
  var pluginCode: PluginCode { PluginCode(of: cards) }

  /// What a reader must know of the results that are in `store`: which were made by other code of the same version.
  ///
  /// One line each; none when all is well, or nothing is known of the code.
  /// - Parameter isReplacing: Whether the reader has just asked to compute such results again.
  public func codeNotes(store: Store, isReplacing: Bool = false) -> [String] {
    let code = pluginCode
    var notes: [String] = []
    if !code.newerThanProgram.isEmpty {
      notes.append(
        "the sources of \(code.newerThanProgram.sorted().joined(separator: ", ")) were changed after this program was "
          + "built; build it again to use them")
    }
    if isReplacing { return notes }
    var counts: [String: Int] = [:]
    for case let origin? in store.parts(StepRecord.Origin.self, of: steps.map(\.key)) {
      for (plugin, digest) in origin.pluginSources ?? [:] {
        guard let now = code.digests[plugin], now != digest else { continue }
        // The same program is the same code, whatever its sources were.
        if digest == PluginCode.unknown, origin.build == ProgramBuild.digest { continue }
        counts[plugin, default: 0] += 1
      }
    }
    if !counts.isEmpty {
      let plugins = counts.sorted { $0.key < $1.key }
      let list = plugins.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
      let options = plugins.map { "--rerun \($0.key)" }.joined(separator: " ")
      notes.append(
        "reused steps were made by other code of the same version: \(list); if results change, raise 'version' in the "
          + "plugin's card; 'run' with \(options) computes them again and says what changed")
    }
    return notes
  }
}
