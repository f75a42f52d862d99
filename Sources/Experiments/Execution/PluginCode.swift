import Digests
import Engine
import Foundation
import Unlearning

/// Digests of plugin code: of the sources in the folder of the file with a plugin's card.
///
/// A plugin's version shows that results changed, if its author remembers to raise it. A digest of the sources shows
/// that the code changed, if they are on this machine. It misses changes of shared code (engine, training, data) and
/// includes changes without effect on results, such as those of comments.
struct PluginCode: Sendable {
  /// The SHA-256 of names and contents of each plugin's sources, by plugin name, where they are on this machine.
  private(set) var digests: [String: String] = [:]
  /// Names of plugins whose sources are newer than the program, which was therefore built from other sources.
  private(set) var newerThanProgram: [String] = []

  /// The value in records in place of a digest where the sources were newer than the program, whose sources are
  /// unknown.
  static let unknown = "newer than the program"

  /// The values to write into records, by plugin name.
  var noted: [String: String] {
    digests.merging(newerThanProgram.map { ($0, Self.unknown) }, uniquingKeysWith: { first, _ in first })
  }

  /// A folder with more files is not taken for a plugin's.
  private static let mostFiles = 500
  private static let endings: Set<String> = ["swift", "c", "cc", "cpp", "h", "hpp", "m", "mm", "S"]

  /// Digests the sources of the plugins with these cards.
  ///
  /// - Parameter built: When the program was built, in seconds since 1970; nil where it is not known, and then no
  ///   digest is known.
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
  /// The digests of all plugins of the plan.
  var pluginCode: PluginCode { PluginCode(of: cards) }

  /// Warnings about results in `store` that were made by different plugin code of the same version.
  ///
  /// One line each; empty when there are none, or the code is not known.
  /// - Parameter isReplacing: Whether the user has requested to recompute such results.
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
        // The same executable has the same code, whatever its sources.
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
