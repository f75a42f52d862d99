import JSON
import ConfigYAML
import Testing

/// A small seeded generator, so that failures are reproducible.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("robustness") struct RobustnessTests {
  static let good = """
    # a comment
    experiment: "grid \\u00e9"
    seeds: &seeds [1, 2, 3]
    again: *seeds
    data:
      - cifar10: {root: data}
      - 'other': ~
    training: {epochs: 30, learning_rate: 1e-3}
    text: |
      first
      second
    folded: >-
      one
      two
    method: {tilt: {sweep: [0, 1.5, .inf]}}
    ünïcode: "日本"
    """

  /// Checks that every reported position is inside the text.
  func check(_ text: String, _ label: @autoclosure () -> String) {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    do throws(DiagnosticList) {
      let document = try YAMLDocument(text: text, file: "t.yaml")
      _ = document.root.canonicalJSON
      let diagnostics = document.makeDiagnostics()
      _ = decode(Recipe.self, from: document.root, defaults: Recipe(), diagnostics: diagnostics)
      _ = diagnostics.list.description
    } catch {
      #expect(!error.diagnostics.isEmpty, "\(label())")
      for diagnostic in error.diagnostics {
        guard let mark = diagnostic.mark else {
          Issue.record("no place: \(diagnostic) \(label())")
          continue
        }
        #expect(mark.line >= 1 && mark.line <= lines.count, "\(diagnostic) \(label())")
        #expect(mark.column >= 1, "\(diagnostic) \(label())")
        #expect(mark.column <= (diagnostic.sourceLine ?? "").unicodeScalars.count + 1, "\(diagnostic) \(label())")
      }
    }
  }

  @Test("the whole text is valid") func whole() { #expect(complaints(Self.good) == "") }

  @Test("every prefix parses or has an error with a position") func prefixes() {
    for count in 0...Self.good.count { check(String(Self.good.prefix(count)), "prefix of \(count)") }
  }

  @Test("random changes never crash", arguments: 0..<4) func mutations(seed: UInt64) {
    var generator = SplitMix64(state: seed)
    let special = Array("[]{}:,-?&*!|>'\"%@`#\t\n\r \\<~".utf8)
    for round in 0..<300 {
      var bytes = Array(Self.good.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let byte = Bool.random(using: &generator) ? special.randomElement(using: &generator) : nil
        let value = byte ?? UInt8.random(in: 0...255, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = value
        case 1: bytes.insert(value, at: place)
        default: bytes.remove(at: place)
        }
      }
      check(String(decoding: bytes, as: UTF8.self), "seed \(seed), round \(round)")
    }
  }
}
