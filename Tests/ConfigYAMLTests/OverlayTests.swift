import JSON
import ConfigYAML
import Testing

@Suite("decoding over defaults") struct OverlayTests {
  @Test("an empty text leaves the defaults", arguments: ["{}", "~", "---\n"]) func nothing(yaml: String) throws {
    #expect(try overlay(yaml, Recipe()).value == Recipe())
    let diagnostics = Diagnostics(file: "t.yaml", text: "")
    #expect(decode(Recipe.self, from: nil, defaults: Recipe(), diagnostics: diagnostics) == Recipe())
  }

  @Test("each key replaces its default") func everything() throws {
    let yaml = """
      epochs: +5
      batch_size: 255
      learning_rate: 1e-3
      nesterov: false
      schedule: fine-tune
      limit: .inf
      optimizer: {learning_rate: 3, momentum: 0.9}
      widths: [8]
      stages: [{name: no, epochs: 1}, {name: "5", epochs: 2}]
      weights: {cD: 2, e_f: 3}
      note: null and void
      """
    var expected = Recipe()
    expected.epochs = 5
    expected.batchSize = 255
    expected.learningRate = 1e-3
    expected.nesterov = false
    expected.schedule = .fineTune
    expected.limit = .infinity
    expected.optimizer = Recipe.Optimizer(name: "sgd", learningRate: 3, momentum: 0.9)
    expected.widths = [8]
    expected.stages = [Recipe.Stage(name: "no", epochs: 1), Recipe.Stage(name: "5", epochs: 2)]
    expected.weights = ["cD": 2, "e_f": 3]
    expected.note = "null and void"
    let (value, text) = try overlay(yaml, Recipe())
    #expect(value == expected)
    #expect(text == "")
  }

  @Test("null clears an optional, and only an optional") func null() throws {
    var defaults = Recipe()
    defaults.limit = 3
    #expect(try overlay("limit: ~", defaults).value?.limit == nil)
    #expect(try overlay("limit: ~", defaults).value != nil)
    #expect(try overlay("{}", defaults).value?.limit == 3)
    #expect(try overlayHeads("epochs: ~", defaults) == ["1:9: expected an integer, found '~'"])
    #expect(try overlayHeads("note:", defaults) == ["1:6: expected a string, found nothing"])
    #expect(try overlayHeads("optimizer:", defaults) == ["1:11: expected a mapping, found nothing"])
  }

  @Test("case names and kebab-case are both accepted", arguments: ["fineTune", "fine-tune", "'fine-tune'"])
  func kebab(text: String) throws {
    #expect(try overlay("schedule: \(text)", Recipe()).value?.schedule == .fineTune)
    #expect(try overlay("schedule: warm-up", Recipe()).value?.schedule == .warmUp)
  }

  @Test("every wrong value and every unknown key is reported at once") func all() throws {
    let yaml = """
      epocs: 5
      batch_size: 300
      learning_rate: "0.1"
      nesterov: yes
      schedule: fine-tun
      limit: five
      optimizer: {learningRate: 3, momentum: [1], name: {}}
      widths: [8, x, 1e3, 2.5]
      stages:
        - {name: a, epochs: one}
        - {name: b}
        - {nam: c, epochs: 1}
        - {name: d, epochs: 1, zzzzzz: 3}
        - 5
      weights: {x: heavy}
      qqqqqq: 1
      """
    #expect(
      try overlayHeads(yaml, Recipe()) == [
        "1:1: unknown key 'epocs' (did you mean 'epochs'?)",
        "2:13: expected an integer from 0 to 255, found '300'",
        "3:16: expected a number, found the quoted text '0.1'",
        "4:11: expected true or false, found 'yes' (write true)",
        "5:11: expected one of constant, fine-tune, warm-up, found 'fine-tun' (did you mean 'fine-tune'?)",
        "6:8: expected a number, found 'five'",
        "7:13: unknown key 'learningRate' (did you mean 'learning_rate'?)",
        "7:40: expected a number, found a sequence",
        "7:51: expected a string, found a mapping",
        "8:13: expected an integer, found 'x'",
        "8:16: expected an integer, found '1e3' (digits only)",
        "8:21: expected an integer, found '2.5' (digits only)",
        "10:23: expected an integer, found 'one'",
        "11:5: the key 'epochs' is missing",
        "12:6: the key 'name' is missing (is 'nam' a misspelling of it?)",
        "13:26: unknown key 'zzzzzz'; known: epochs, name",
        "14:5: expected a mapping, found '5'",
        "15:14: expected a number, found 'heavy'",
        "16:1: unknown key 'qqqqqq'; known: batch_size, epochs, learning_rate, limit, nesterov, note, optimizer, "
          + "schedule, stages, weights, widths",
      ])
  }

  @Test("a message has the line and a caret") func caret() throws {
    #expect(
      try overlay("note: x\n\noptimizer:\n  momentm: 0.9\n", Recipe()).text == """
        t.yaml:4:3: error: unknown key 'momentm' (did you mean 'momentum'?)
            momentm: 0.9
            ^
        """)
  }

  @Test("numbers outside the range of their type") func ranges() throws {
    #expect(try overlayHeads("batch_size: -1", Recipe()) == ["1:13: expected an integer of at least 0, found '-1'"])
    #expect(
      try overlayHeads("epochs: 9223372036854775808", Recipe()) == [
        "1:9: expected an integer from -9223372036854775808 to 9223372036854775807, found '9223372036854775808'"
      ])
    #expect(
      try overlayHeads("learning_rate: 1e39", Recipe()) == [
        "1:16: '1e39' is too large for Float (at most 3.4028235e+38)"
      ])
    #expect(
      try overlayHeads("learning_rate: 1e-60", Recipe()) == [
        "1:16: '1e-60' is too small for Float (at least 1e-45, or 0)"
      ])
    #expect(try overlayHeads("limit: -1e999", Recipe()).first?.contains("too large for Double") == true)
    #expect(try overlayHeads("limit: .nan", Recipe()) == ["1:8: expected a number, found '.nan' (not a number)"])
    #expect(
      try overlayHeads("limit: Inf", Recipe()) == ["1:8: expected a number, found 'Inf' (infinity is .inf or -.inf)"])
    #expect(try overlayHeads("epochs: .inf", Recipe()) == ["1:9: expected an integer, found '.inf'"])
    #expect(try overlayHeads("epochs: 1_000", Recipe()) == ["1:9: expected an integer, found '1_000'"])
    #expect(try overlayHeads("epochs: 0x10", Recipe()) == ["1:9: expected an integer, found '0x10'"])
    #expect(try overlay("learning_rate: 0e-60", Recipe()).value?.learningRate == 0)
    #expect(try overlay("epochs: 010", Recipe()).value?.epochs == 10)
  }

  @Test("known keys are accepted besides those asked for") func known() throws {
    #expect(try overlay("seed: 3", Recipe(), knownKeys: ["seed"]).value == Recipe())
    #expect(
      try overlayHeads("sed: 3", Recipe(), knownKeys: ["seed"]) == ["1:1: unknown key 'sed' (did you mean 'seed'?)"])
  }

  struct Empty: Codable, Equatable {}

  @Test("a type without properties accepts no key") func empty() throws {
    #expect(try overlay("{}", Empty()).value == Empty())
    #expect(try overlayHeads("a: 1", Empty()) == ["1:1: unknown key 'a': none is expected here"])
    #expect(try overlayHeads("5", Empty()) == ["1:1: expected a mapping, found '5'"])
  }

  struct Checked: Codable {
    struct Positive: Error, CustomStringConvertible { var description: String { "low must be below high" } }
    var low = 1
    var high = 2
    init() {}
    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      low = try container.decode(Int.self, forKey: .low)
      high = try container.decode(Int.self, forKey: .high)
      if low >= high { throw Positive() }
    }
  }

  @Test("a type's own check is reported, but not for defaults that replace invalid values") func checked() throws {
    #expect(try overlayHeads("low: 3", Checked()) == ["1:1: low must be below high"])
    #expect(try overlayHeads("low: 3\nhigh: x", Checked()) == ["2:7: expected an integer, found 'x'"])
    #expect(try overlay("{low: 3, high: 4}", Checked()).value?.low == 3)
  }

  @Test("a root of the wrong kind") func root() throws {
    #expect(try overlayHeads("[1]", Recipe()) == ["1:1: expected a mapping, found a sequence"])
  }

  @Test("an aliased mapping is decoded as the type of each use") func aliased() throws {
    let yaml = "a: &x {name: n, epochs: 1}\nb: *x\n"
    #expect(try overlay(yaml, [String: Recipe.Stage]()).value?["b"] == Recipe.Stage(name: "n", epochs: 1))
  }

  @Test("infinite defaults survive") func infinite() throws {
    var defaults = Recipe()
    defaults.limit = -.infinity
    #expect(try overlay("{}", defaults).value == defaults)
  }

  @Test("parameters survive the way through JSON") func roundTrip() throws {
    var recipe = Recipe()
    recipe.learningRate = 0.3
    recipe.limit = 1.0 / 3
    recipe.stages = [Recipe.Stage(name: "5", epochs: 2)]
    let value = try JSONValue(recipe)
    #expect(try value.decode(Recipe.self) == recipe)
    #expect(try JSONValue(parsing: value.canonicalText).decode(Recipe.self) == recipe)
    #expect(try overlay(value.canonicalText, Recipe()).value == recipe)
  }
}
