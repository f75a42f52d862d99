import BuiltIns
import Foundation
import TestSupport
import Testing
import Unlearning

@Suite("The list of plugins") struct ListTests {
  @Test(
    "has every folder of Plugins/ and nothing else",
    arguments: [
      ("Architectures", Registry.builtIns.architectures.count), ("Attacks", Registry.builtIns.attacks.count),
      ("Datasets", Registry.builtIns.datasets.count), ("Methods", Registry.builtIns.methods.count),
      ("Metrics", Registry.builtIns.metrics.count),
    ])
  func folders(role: String, entries: Int) throws {
    let folder = packageRoot.appending(path: "Plugins/\(role)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }
    #expect(names.count == entries, "Plugins/\(role) has \(names.sorted())")
    let manifest = try String(contentsOf: packageRoot.appending(path: "Package.swift"), encoding: .utf8)
    let list = try String(contentsOf: packageRoot.appending(path: "Sources/BuiltIns/BuiltIns.swift"), encoding: .utf8)
    for name in names {
      #expect(manifest.contains("\"\(name)\""), "Package.swift does not name \(name)")
      #expect(list.contains("import \(name)\n"), "BuiltIns.swift does not import \(name)")
    }
  }

  @Test("stops at start-up when a name is registered twice")
  func duplicates() async {
    await #expect(processExitsWith: .failure) {
      _ = Registry {
        Registry.builtIns
        Registry.builtIns
      }
    }
  }
}
