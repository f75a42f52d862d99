import Experiments
import Testing

@Suite("Text for terminals") struct VisibleTextTests {
  @Test(arguments: [
    ("plain é 中 🙂", "plain é 中 🙂"), ("a\nb", "a\nb"), ("a\tb", "a b"), ("\u{1B}[2Jx", "\\x1b[2Jx"),
    ("\u{7}\u{8}\r\u{0}", "\\x07\\x08\\x0d\\x00"), ("\u{7F}\u{9B}31m", "\\x7f\\x9b31m"),
    ("\u{202E}gnp.exe", "\\u{202e}gnp.exe"), ("a\r\nb", "a\\x0d\nb"),
  ]) func controlsAreWrittenOut(text: String, shown: String) {
    #expect(text.visible == shown)
  }

  @Test func longLinesAreCut() {
    let text = "short\n" + String(repeating: "x", count: 30) + "\nlast"
    #expect(text.cappingLines(at: 10) == "short\nxxxxxxxxxx… (20 more characters)\nlast")
    // One character of very many scalars is long, too.
    let tall = "e" + String(repeating: "\u{301}", count: 1000)
    #expect(tall.cappingLines(at: 10).unicodeScalars.count < 50)
  }
}
