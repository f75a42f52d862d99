import JSON
import ConfigYAML
import Testing

@Suite("nodes and names") struct NodeTests {
  @Test("reading values by type") func reading() throws {
    let document = try YAMLDocument(text: "{a: 1, b: 1.5, c: no, d: true, e: \"7\", f: [1], g: {}}", file: "t.yaml")
    let diagnostics = document.makeDiagnostics()
    let root = document.root
    #expect(root["a"]?.int(diagnostics) == 1)
    #expect(root["a"]?.double(diagnostics) == 1)
    #expect(root["b"]?.double(diagnostics) == 1.5)
    #expect(root["c"]?.string(diagnostics) == "no")
    #expect(root["d"]?.bool(diagnostics) == true)
    #expect(root["f"]?.items(diagnostics)?.count == 1)
    #expect(root["g"]?.entries(diagnostics)?.isEmpty == true)
    #expect(diagnostics.isEmpty)
    #expect(root["c"]?.int(diagnostics) == nil)
    #expect(root["b"]?.int(diagnostics) == nil)
    #expect(root["c"]?.bool(diagnostics) == nil)
    #expect(root["e"]?.int(diagnostics) == nil)
    #expect(root["f"]?.string(diagnostics) == nil)
    #expect(root["a"]?.items(diagnostics) == nil)
    #expect(root["a"]?.entries(diagnostics) == nil)
    root.reportUnknownKeys(known: ["a", "b", "c", "d", "e", "f", "h"], diagnostics)
    #expect(
      heads(diagnostics.list) == [
        "1:5: expected a mapping, found '1'",
        "1:5: expected a sequence, found '1'",
        "1:11: expected an integer, found '1.5' (digits only)",
        "1:19: expected an integer, found 'no'",
        "1:19: expected true or false, found 'no' (write false)",
        "1:35: expected an integer, found the quoted text '7'",
        "1:43: expected a string, found a sequence",
        "1:48: unknown key 'g'; known: a, b, c, d, e, f, h",
      ])
    #expect(throws: DiagnosticList.self) { try diagnostics.throwIfAny() }
  }

  @Test("repeating a message counts once") func repetition() {
    let diagnostics = Diagnostics(file: "f", text: "a")
    diagnostics.report("x", at: Mark(line: 1, column: 1))
    diagnostics.report("x", at: Mark(line: 1, column: 1))
    diagnostics.report("x", at: nil)
    diagnostics.report("x", at: Mark(line: 9, column: 9))
    #expect(heads(diagnostics.list) == ["x", "1:1: x", "1:2: x"])
    #expect(diagnostics.count == 3)
  }

  @Test("setting and removing keys keeps the order") func setting() throws {
    let root = try YAMLDocument(text: "{b: 1, a: 2}", file: "t").root
    let changed = root.setting("b", to: Node(JSONValue.int(3))).setting("c", to: Node(JSONValue.string("5")))
    #expect(changed.entries?.map(\.key) == ["b", "a", "c"])
    #expect(changed.canonicalJSON == #"{"a":2,"b":3,"c":"5"}"#)
    #expect(changed.removing("a").entries?.map(\.key) == ["b", "c"])
    #expect(root["b"]?.setting("x", to: root).canonicalJSON == "1")
    #expect(try YAMLDocument(text: "~", file: "t").root.setting("x", to: root).canonicalJSON == #"{"x":{"a":2,"b":1}}"#)
  }

  @Test("the position of each node") func places() throws {
    let root = try YAMLDocument(text: "é: [ü, x]\nb:\n  - {c: 1}\n", file: "t").root
    #expect(root.mark == Mark(line: 1, column: 1))
    #expect(root["é"]?.items?[1].mark == Mark(line: 1, column: 8))
    #expect(root["b"]?.items?[0]["c"]?.mark == Mark(line: 3, column: 9))
    #expect(root["b"]?.items?[0].entries?[0].keyMark == Mark(line: 3, column: 6))
  }

  @Test(
    "the nearest name",
    arguments: [
      ("epocs", "epochs"), ("Epochs", "epochs"), ("batch-size", "batch_size"), ("lr", nil), ("fien_tune", "fine_tune"),
      ("x", nil), ("", nil), ("completely_different", nil), ("finetune", "fine_tune"),
    ] as [(String, String?)])
  func near(word: String, expected: String?) {
    #expect(nearest(word, in: ["epochs", "batch_size", "fine_tune", "y"]) == expected)
  }

  @Test("of equally near names the alphabetically first, in any order") func tie() {
    #expect(nearest("cat", in: ["cut", "cot", "car"]) == "car")
    #expect(nearest("cat", in: Set(["cut", "cot", "car"])) == "car")
    #expect(nearest("abcd", in: ["abdc"]) == "abdc")
  }

  @Test("unknown names list the known ones when none is near") func unknown() {
    #expect(unknownName("method", "trv", known: ["trw", "rwft"]) == "unknown method 'trv' (did you mean 'trw'?)")
    #expect(unknownName("method", "zzz", known: ["trw", "rwft"]) == "unknown method 'zzz'; known: rwft, trw")
  }
}
