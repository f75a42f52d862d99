import JSON
public import Unlearning

/// Laws for every plugin: its card and its parameters are consistent.
public enum PluginLaws {
  /// The laws that `plugin` violates.
  public static func violations<P: Plugin>(of plugin: P.Type) -> [Violation] {
    card(P.card) + parameters(P.self)
  }

  private static func card(_ card: Card) -> [Violation] {
    var found: [Violation] = []
    let isKebab = card.name.allSatisfy { ($0.isLowercase && $0.isASCII) || $0.isNumber || $0 == "-" }
    if card.name.isEmpty || !isKebab { found.append(Violation(.kebabCaseName, "'\(card.name)'")) }
    if card.title.isEmpty { found.append(Violation(.hasTitle, "the title is empty")) }
    if !card.summary.hasSuffix(".") || card.summary.contains("\n") {
      found.append(Violation(.summaryInOneSentence, "'\(card.summary)'"))
    }
    if card.source.authors.isEmpty || card.source.venue.isEmpty {
      found.append(Violation(.hasSource, "authors or venue are empty"))
    }
    if card.version < 1 { found.append(Violation(.versionFromOne, "\(card.version)")) }
    return found
  }

  private static func parameters<P: Plugin>(_ plugin: P.Type) -> [Violation] {
    var found: [Violation] = []
    let defaults = P()
    do throws(ParameterError) {
      _ = try P(defaults)
    } catch {
      found.append(Violation(.constructsWithDefaults, "\(error)"))
    }
    guard let encoded = try? JSONValue(defaults) else {
      return found + [Violation(.parametersEncode, "the defaults have no JSON form")]
    }
    let fields = P.fields
    let documented = Set(fields.map(\.name))
    if documented.count != fields.count { found.append(Violation(.oneFieldPerParameter, "a name occurs twice")) }
    for leaf in encoded.leaves() where !documented.contains(leaf) {
      found.append(Violation(.everyParameterIsDocumented, "'\(leaf)' has no field"))
    }
    for field in fields {
      if field.summary.isEmpty { found.append(Violation(.fieldsHaveSummaries, "'\(field.name)' does not")) }
      if field.kind(in: defaults).isNumeric, field.range == .any {
        found.append(Violation(.numbersHaveTwoBounds, "'\(field.name)' has none"))
      }
      found += checkRange(of: field, defaults)
    }
    return found + roundTrip(defaults, encoded)
  }

  /// Checks that the ends of a range, or its words, decode, and that what is outside of it is refused.
  private static func checkRange<P: Plugin>(of field: ParameterField, _ defaults: P) -> [Violation] {
    var found: [Violation] = []
    let kind = field.kind(in: defaults)
    func with(_ value: JSONValue) -> P? {
      var value = value
      if case .list = kind { value = [value] }
      return try? defaults.with([field.name: value])
    }
    for value in field.range.ends where with(value) == nil {
      let requirement = "must be \(field.range.requirement), \(value) does not decode"
      found.append(Violation(.decodesItsRange, "'\(field.name)' \(requirement)"))
    }
    for value in field.range.outside {
      // A type without such a value refuses it when it is read; the ends above show that reading is possible.
      guard let parameters = with(value) else { continue }
      do throws(ParameterError) {
        _ = try P(parameters)
        let requirement = "must be \(field.range.requirement), \(value) was accepted"
        found.append(Violation(.refusesOutOfRange, "'\(field.name)' \(requirement)"))
      } catch  where !error.problems.contains(where: { $0.parameter == field.name }) {
        found.append(Violation(.namesParameterOutOfRange, "'\(field.name)' was not named in '\(error)'"))
      } catch {}
    }
    return found
  }

  private static func roundTrip<P: ParameterSet>(_ defaults: P, _ first: JSONValue) -> [Violation] {
    guard let back = try? defaults.with([:]), let second = try? JSONValue(back) else {
      return [Violation(.parametersSurviveRoundTrip, "they do not decode from their own JSON")]
    }
    return first == second
      ? [] : [Violation(.parametersSurviveRoundTrip, "\(first) became \(second)")]
  }
}

extension ValueRange {
  /// The least value; nil where there is none.
  var least: Double? {
    switch self {
    case .closed(let low, _), .halfOpen(let low, _): low
    case .any, .open, .openClosed, .oneOf: nil
    }
  }

  /// The least and the greatest value, or all words; none where no value is the last one.
  fileprivate var ends: [JSONValue] {
    switch self {
    case .any, .open: []
    case .closed(let low, let high): [.number(low), .number(high)]
    case .halfOpen(let low, _): [.number(low)]
    case .openClosed(_, let high): [.number(high)]
    case .oneOf(let words): words.map(JSONValue.string)
    }
  }

  /// Values below and above the range, or a word that is not among its words.
  fileprivate var outside: [JSONValue] {
    switch self {
    case .any: []
    case .closed(let low, let high): [.number(low - 1), .number(high + 1)]
    case .halfOpen(let low, let high): [.number(low - 1), .number(high)]
    case .open(let low, let high): [.number(low), .number(high)]
    case .openClosed(let low, let high): [.number(low), .number(high + 1)]
    case .oneOf: ["no such word"]
    }
  }
}
