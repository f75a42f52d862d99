import ConfigYAML
import Foundation
import JSON
import Testing
import Unlearning

/// A set of parameters as plugins declare them.
private struct Settings: ParameterSet, Hashable {
  enum Color: String, Codable, Sendable, CaseIterable { case red, lightBlue = "light-blue" }
  struct Inner: ParameterSet, Hashable {
    @Parameter("how long", .closed(1, 9)) var lengthOfRun = 3
    init() {}
  }
  @Parameter("how much", .positive) var learningRate = 0.5
  @Parameter("which one") var color = Color.red
  @Parameter("several of them") var colors: [Color] = [.red]
  @Parameter("one, or none") var otherColor: Color? = nil
  @Parameter("a factor, or none", .weight) var factor: Double? = nil
  @Parameter("what to read", isLocation: true) var folder = "data"
  var inner = Inner()
  init() {}
}

@Suite("parameters") struct ParameterTests {
  @Test("are fields with the name, the range and the order of their properties") func fields() {
    let expected = [
      ParameterField("learning_rate", "how much", .positive),
      ParameterField("color", "which one", .oneOf(["red", "light-blue"])),
      ParameterField("colors", "several of them", .oneOf(["red", "light-blue"])),
      ParameterField("other_color", "one, or none", .oneOf(["red", "light-blue"])),
      ParameterField("factor", "a factor, or none", .weight),
      ParameterField("folder", "what to read", isLocation: true),
      ParameterField("inner.length_of_run", "how long", .closed(1, 9)),
    ]
    #expect(Settings.fields == expected)
  }

  @Test("are written as their values alone, and nil is left out") func written() throws {
    var settings = Settings()
    #expect(
      try canonicalJSON(settings)
        == #"{"color":"red","colors":["red"],"folder":"data","inner":{"length_of_run":3},"learning_rate":0.5}"#)
    (settings.factor, settings.otherColor) = (2, .lightBlue)
    let text = try canonicalJSON(settings)
    #expect(text.contains(#""factor":2,"#) && text.contains(#""other_color":"light-blue""#))
    // By Foundation's coders, too, which know nothing of this library.
    let data = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(Settings.self, from: data) == settings)
    #expect(Set([settings, Settings()]).count == 2)
  }

  @Test("are read over the defaults, with the place of what is wrong") func read() throws {
    func read(_ text: String) throws -> Settings {
      let document = try YAMLDocument(text: text, file: "settings.yaml")
      let diagnostics = document.makeDiagnostics()
      let found = decode(Settings.self, from: document.root, defaults: Settings(), diagnostics: diagnostics)
      try diagnostics.throwIfAny()
      return try #require(found)
    }
    let found = try read("color: light-blue\nfactor: 3\ninner: {length_of_run: 4}\n")
    #expect(found.color == .lightBlue && found.factor == 3 && found.inner.lengthOfRun == 4 && found.learningRate == 0.5)
    #expect(try read("factor: null\n").factor == nil)
    for (text, message) in [
      ("color: blue", "1:8: error: expected one of red, light-blue, found 'blue'"),
      ("learning_rate: fast", "1:16: error: expected a number"),
      ("inner: {length: 4}", "1:9: error: unknown key 'length'"), ("factor: [1]", "1:9: error: expected a number"),
    ] {
      let error = try #require(throws: DiagnosticList.self) { try read(text) }
      #expect("\(error)".contains(message), "\(error)")
    }
  }

  @Test("are checked against their ranges, also in values that were read") func ranges() throws {
    let read = try JSONDecoder().decode(
      Settings.self,
      from: Data(
        #"{"learningRate":-1,"color":"red","colors":[],"folder":"","factor":-2,"inner":{"lengthOfRun":10}}"#.utf8))
    let error = try #require(throws: ParameterError.self) { try read.validateRanges() }
    #expect(error.problems.map(\.parameter) == ["learning_rate", "factor", "inner.length_of_run"])
  }
}
