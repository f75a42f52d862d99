import ConfigYAML
import Foundation
import Testing

@Suite("limits and files") struct LimitTests {
  /// The messages for `text` with their positions.
  func errors(_ text: String) -> [String] {
    do throws(DiagnosticList) {
      _ = try YAMLDocument(text: text, file: "t.yaml")
      return []
    } catch {
      return heads(error)
    }
  }

  @Test("an alias bomb stops early") func bomb() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...20 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    let errors = errors(text)
    #expect(errors.count == 1)
    #expect(errors.first?.hasSuffix("the document has more than 100000 values, counting aliases in full") == true)
    #expect(errors.first?.hasPrefix("5:") == true, "\(errors)")
  }

  @Test("10,000 aliases are accepted, one more is not") func aliases() {
    let most = "[&a x" + String(repeating: ", *a", count: 10_000) + "]"
    #expect(errors(most) == [])
    #expect(errors("[&a x" + String(repeating: ", *a", count: 10_001) + "]") == ["1:40008: more than 10000 aliases"])
  }

  @Test("64 levels are accepted, one more is not", arguments: ["[", "{a: "]) func depth(open: String) {
    let close = open == "[" ? "]" : "}"
    func nested(_ depth: Int) -> String {
      String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }
    #expect(errors(nested(64)) == [])
    #expect(errors(nested(65)) == ["1:\(64 * open.count + 1): nested deeper than 64 levels"])
    #expect(errors(String(repeating: open, count: 100_000)).count == 1)
    #expect(errors(String(repeating: "- ", count: 100_000)) == ["1:129: nested deeper than 64 levels"])
  }

  @Test("depth counts through aliases") func depthThroughAliases() {
    var text = "a0: &a0 [x]\n"
    for level in 1...70 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
    #expect(errors(text) == ["64:12: nested deeper than 64 levels"])
  }

  @Test("size is stated") func size() {
    let fits = "a: " + String(repeating: "x", count: YAMLDocument.maximumBytes - 3)
    #expect(errors(fits) == [])
    #expect(errors(fits + "x") == ["the document is larger than 1 MiB (1048576 bytes)"])
  }

  @Test("more than 100,000 values without aliases") func values() {
    #expect(errors("[" + String(repeating: "1,", count: 100_001) + "]").count == 1)
  }

  @Test("files that cannot be read") func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("configyaml-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func read(_ name: String, _ bytes: [UInt8]?) throws -> [String] {
      let url = folder.appendingPathComponent(name)
      if let bytes { try Data(bytes).write(to: url) }
      do throws(DiagnosticList) {
        _ = try YAMLDocument(contentsOf: url)
        return []
      } catch {
        return heads(error)
      }
    }
    #expect(try read("good", Array("a: 1\n".utf8)) == [])
    #expect(try read("missing", nil) == ["no such file"])
    #expect(try read("latin", Array("a: 1\nü: ".utf8) + [0xE9, 0x20]) == ["2:4: the text is not UTF-8 from here on"])
    #expect(try read("utf16", [0xFF, 0xFE, 0x61, 0x00]) == ["1:1: the text is not UTF-8 from here on"])
    let large = [UInt8](repeating: 0x20, count: YAMLDocument.maximumBytes + 1)
    #expect(try read("large", large) == ["the document is larger than 1 MiB (1048576 bytes)"])
    do throws(DiagnosticList) {
      _ = try YAMLDocument(contentsOf: folder)
      Issue.record("a directory must not parse")
    } catch {
      #expect(heads(error) == ["expected a file, found a directory"])
    }
  }
}

@Suite("Many mistakes") struct ManyMistakesTests {
  @Test("at most 100 are kept with their text, and the others are counted")
  func many() {
    let text = "{" + (0..<250).map { "seed: \($0)" }.joined(separator: ", ") + "}"
    #expect {
      try YAMLDocument(text: text, file: "many.yaml")
    } throws: {
      guard let list = $0 as? DiagnosticList else { return false }
      return list.diagnostics.count == 100 && list.more == 149 && list.description.hasSuffix("\n... and 149 more")
    }
  }
}
