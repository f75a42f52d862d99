import JSON
import ConfigYAML
import Foundation
import Testing

@Suite("canonical JSON") struct CanonicalJSONTests {
  struct Values: Codable {
    var learningRate: Float = 0.1
    var useURLCache = true
    var missing: Int?
    var weights = ["aB": 10.0, "a": 0.5]
    var small: Float = 1e-5
    var large = 1e300
    var text = "a\"\\\n\u{1}é/"
    var list: [Int?] = [1, nil]
    var negativeZero = -0.0
  }

  @Test("one fixed text") func fixed() throws {
    let expected =
      #"{"large":1e+300,"learning_rate":0.1,"list":[1,null],"negative_zero":0,"small":1e-05,"text":"a\"\\\n\u0001é/","#
      + #""use_url_cache":true,"weights":{"a":0.5,"aB":10}}"#
    #expect(try canonicalJSON(Values()) == expected)
  }

  @Test("the same whatever the order of a dictionary", arguments: 0..<20) func order(seed: Int) throws {
    let keys = (0..<50).map { "k\($0 &* 7919 % 50)" }
    let dictionary = Dictionary(uniqueKeysWithValues: keys.shuffled().map { ($0, 1) })
    let expected = "{" + keys.sorted().map { "\"\($0)\":1" }.joined(separator: ",") + "}"
    #expect(try canonicalJSON(dictionary) == expected)
  }

  @Test(
    "floats parse to the same value",
    arguments: [0.1, 1.0 / 3, 16_777_216, Float.leastNonzeroMagnitude, 3.4028235e38, -2.5, 1e-5] as [Float])
  func floats(value: Float) throws {
    let text = try canonicalJSON(value)
    #expect(Float(text) == value)
    #expect(try JSONValue(parsing: text).decode(Float.self) == value)
    #expect(text == (value.description.hasSuffix(".0") ? String(value.description.dropLast(2)) : value.description))
  }

  @Test("10 and 10.0 are one text, and one value") func whole() throws {
    #expect(try canonicalJSON(10.0) == "10")
    #expect(try canonicalJSON(10) == "10")
    #expect(JSONValue.int(10) == JSONValue.number(10))
    #expect(JSONValue.int(10) != JSONValue.string("10"))
    #expect(Set([JSONValue.int(10), .number(10), .number(10.5)]).count == 2)
    let a: JSONValue = ["a": 1, "b": 2]
    let b: JSONValue = ["b": 2.0, "a": 1]
    #expect(a == b)
    #expect(a.description != b.description)
  }

  @Test("numbers that JSON cannot represent") func special() throws {
    #expect(try canonicalJSON([Double.infinity, -.infinity, .nan]) == #"[".inf","-.inf",".nan"]"#)
    #expect(try JSONValue(parsing: #"[".inf",1]"#).decode([Double].self) == [.infinity, 1])
    #expect(throws: EncodingError.self) { try canonicalJSON(UInt64.max) }
  }

  @Test("a YAML node has the canonical text of its value") func node() throws {
    let root = try YAMLDocument(text: "{b: 1.0, a: \"1\", c: [~, true, no, 1e1, 2024-01-01]}", file: "t").root
    #expect(root.canonicalJSON == #"{"a":"1","b":1,"c":[null,true,"no",10,"2024-01-01"]}"#)
  }

  @Test("parsing keeps the order and the kinds") func parsing() throws {
    let text = #"{"b":[1,1.5,-2e3,"\u00e9\ud83d\ude00\/",null,true],"a":{}}"#
    let value = try JSONValue(parsing: " " + text + "\n")
    #expect(value.description == #"{"b":[1,1.5,-2000,"é😀/",null,true],"a":{}}"#)
    #expect(value["b"]?.items?.first?.int == 1)
    #expect(value["b"]?.items?[2].double == -2000)
    #expect(try JSONValue(parsing: value.canonicalText) == value)
  }

  @Test(
    "broken JSON",
    arguments: [
      ("", "1:1: expected a value, found the end of the text"),
      ("{", "1:2: expected a text in double quotes, found the end of the text"),
      ("[1,\n 2", "2:3: expected ',' or ']', found the end of the text"),
      ("[1] x", "1:5: expected the end of the text, found 'x'"),
      ("{\"a\" 1}", "1:6: expected ':', found '1'"), ("[nul]", "1:2: expected a value, found 'nul'"),
      ("\"a", "1:1: expected a closing '\"', found the end of the text"),
      ("\"\\ud800\"", "1:2: expected a surrogate pair, found half of one"),
      ("[+1]", "1:2: expected a value, found '+1'"), ("{\"a\": 1]", "1:8: expected ',' or '}', found ']'"),
      ("[1e999]", "1:2: expected a value, found '1e999'"),
      ("{\"a\": {\"b\": 1, \"c\": 2, \"\\u0062\": 1}}", "1:24: expected each name once, found 'b' again"),
      ("\"\\u12\"", "1:6: expected four hexadecimal digits, found '\"'"),
    ])
  func broken(text: String, expected: String) {
    do throws(DiagnosticList) {
      _ = try JSONValue(parsing: text)
      Issue.record("must not parse")
    } catch {
      #expect(heads(error) == [expected])
    }
  }

  @Test("deep JSON is refused without a crash") func deep() {
    #expect(throws: DiagnosticList.self) { try JSONValue(parsing: String(repeating: "[", count: 100_000)) }
  }

  @Test("Foundation's coders read and write the same value") func codable() throws {
    let value: JSONValue = ["aB": [1, 2.5, "x", nil, true], "c": ["d": [:]]]
    #expect(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value)) == value)
    #expect(try JSONValue(["k": value])["k"] == value)
  }

  @Test("errors name the path") func path() {
    let value: JSONValue = ["optimizer": ["learning_rate": "x"]]
    do throws(DiagnosticList) {
      _ = try value.decode([String: [String: Float]].self)
      Issue.record("must not decode")
    } catch {
      #expect(heads(error) == ["optimizer.learning_rate: expected a number, found the quoted text 'x'"])
    }
  }
}
