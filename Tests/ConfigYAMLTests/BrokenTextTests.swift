import JSON
import ConfigYAML
import Testing

/// An invalid text with its complete error message.
struct Broken: Sendable, CustomTestStringConvertible {
  var text: String
  var expected: String
  var testDescription: String { expected.split(separator: "\n").first.map(String.init) ?? text }
}

@Suite("broken YAML texts") struct BrokenTextTests {
  @Test("the whole message", arguments: table) func message(broken: Broken) {
    #expect(complaints(broken.text) == broken.expected)
  }

  static let table = [
    Broken(text: "", expected: "t.yaml:1:1: error: the document is empty\n  \n  ^"),
    Broken(text: "# only a comment\n", expected: "t.yaml:1:1: error: the document is empty\n  # only a comment\n  ^"),
    Broken(
      text: "a: 'open\nb: 2\n",
      expected: "t.yaml:1:4: error: the quoted text that starts here is never closed\n  a: 'open\n     ^"),
    Broken(
      text: "a: \"open",
      expected: "t.yaml:1:4: error: the quoted text that starts here is never closed\n  a: \"open\n     ^"
    ),
    Broken(text: "a:\n\tb: 1\n", expected: "t.yaml:2:1: error: a tab cannot indent; use spaces\n  \tb: 1\n  ^"),
    Broken(
      text: "a: @x\n", expected: "t.yaml:1:4: error: a value cannot start with '@'; put it in quotes\n  a: @x\n     ^"),
    Broken(
      text: "a: b: c\n",
      expected: """
        t.yaml:1:5: error: a ':' is not allowed here; put the text in quotes, or fix the indentation
          a: b: c
              ^
        """),
    Broken(
      text: "a: [1, 2\nb: 3\n",
      expected: """
        t.yaml:2:2: error: expected ',' or ']' in the sequence that starts at 1:4
          b: 3
           ^
        """),
    Broken(
      text: "a: {b: 1\n",
      expected: """
        t.yaml:2:1: error: expected ',' or '}' in the mapping that starts at 1:4
          
          ^
        """),
    Broken(
      text: "- a\nb: 1\n",
      expected: """
        t.yaml:2:1: error: expected '-', the next item of the sequence that starts at 1:1; fix the indentation
          b: 1
          ^
        """),
    Broken(
      text: "a: 'x' y\n",
      expected: """
        t.yaml:1:8: error: expected a key of the mapping that starts at 1:1; fix the indentation
          a: 'x' y
                 ^
        """),
    Broken(text: "a: [\n", expected: "t.yaml:2:1: error: expected a value here\n  \n  ^"),
    Broken(text: "a: 1\u{85}a: 2", expected: "t.yaml:2:1: error: key 'a' is given twice; first at 1:1\n  a: 2\n  ^"),
    Broken(text: "a: 1\nb\nc: 2\n", expected: "t.yaml:2:1: error: expected ':' after this key\n  b\n  ^"),
    Broken(
      text: "a: 1\n b: 2\n",
      expected: """
        t.yaml:2:3: error: a ':' is not allowed here; put the text in quotes, or fix the indentation
           b: 2
            ^
        """),
    Broken(
      text: "a: 1\n---\nb: 2\n",
      expected: """
        t.yaml:2:1: error: expected one document, a second one starts here
          ---
          ^
        """),
    Broken(
      text: "a: !!int '3'\n",
      expected: """
        t.yaml:1:4: error: the tag 'tag:yaml.org,2002:int' is not supported: the setting decides the type
          a: !!int '3'
             ^
        """),
    Broken(
      text: "a: *b\n",
      expected: """
        t.yaml:1:4: error: no value before this one has the anchor '&b'
          a: *b
             ^
        """),
    Broken(
      text: "a: &a [*a]\n",
      expected: """
        t.yaml:1:8: error: no value before this one has the anchor '&a'
          a: &a [*a]
                 ^
        """),
    Broken(
      text: "a: &x {b: 1}\nc:\n  <<: *x\n",
      expected: """
        t.yaml:3:3: error: merge keys ('<<') are not supported; write the keys out
            <<: *x
            ^
        """),
    Broken(
      text: "? [a]\n: 1\n",
      expected: """
        t.yaml:1:3: error: a key must be a text, found a sequence
          ? [a]
            ^
        """),
    Broken(text: "?\n: 1\n", expected: "t.yaml:1:2: error: expected a key before ':'\n  ?\n   ^"),
    Broken(
      text: "äß: 1\nb: \u{7}\n",
      expected: """
        t.yaml:2:4: error: control characters are not allowed
          b: \u{FFFD}
             ^
        """),
    Broken(
      text: "ключ: [\"é\t\", @]\n",
      expected: """
        t.yaml:1:14: error: a value cannot start with '@'; put it in quotes
          ключ: ["é\t", @]
                   \t   ^
        """),
    Broken(
      text: "a: 1\r\nb: 2\r\na: 3\r\n", expected: "t.yaml:3:1: error: key 'a' is given twice; first at 1:1\n  a: 3\n  ^"
    ),
    Broken(
      text: "\u{FEFF}a: 1\na: 2", expected: "t.yaml:2:1: error: key 'a' is given twice; first at 1:1\n  a: 2\n  ^"),
  ]

  @Test("all duplicates, tags and merge keys at once, sorted") func several() {
    let text = "a: 1\nb: !x 2\na: 3\nc: {d: 1, d: 2, d: 3}\n<<: 4\nb: 5\ne: [\n"
    do throws(DiagnosticList) {
      _ = try YAMLDocument(text: text, file: "t.yaml")
      Issue.record("must not parse")
    } catch {
      #expect(
        heads(error) == [
          "2:4: the tag '!x' is not supported: the setting decides the type",
          "3:1: key 'a' is given twice; first at 1:1",
          "4:11: key 'd' is given twice; first at 4:5",
          "4:17: key 'd' is given twice; first at 4:5",
          "5:1: merge keys ('<<') are not supported; write the keys out",
          "6:1: key 'b' is given twice; first at 2:1",
          "8:1: expected a value here",
        ])
    }
  }

  @Test("only the part of a long line around the position is shown") func longLine() {
    let message = complaints("a: \"\(String(repeating: "x", count: 500))\" @")
    let lines = message.split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.count < 250 })
    #expect(lines[2].hasSuffix("^"))
    #expect(lines[1].dropFirst(lines[2].count - 1).first == "@")
  }
}
