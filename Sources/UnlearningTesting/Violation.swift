import Foundation
public import Unlearning

/// A law that a plugin violates, with the finding.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
  /// The law, in a few words.
  public var law: String
  /// What was found.
  public var finding: String

  /// A violation of `law`.
  public init(_ law: String, _ finding: String) {
    self.law = law
    self.finding = finding
  }

  /// The law and the finding in one line.
  public var description: String { "\(law): \(finding)" }
}

/// Laws for every plugin: its card and its parameters are consistent.
public enum PluginLaws {
  /// The laws that `plugin` violates.
  public static func violations<P: Plugin>(of plugin: P.Type) -> [Violation] {
    card(P.card) + parameters(P.self)
  }

  private static func card(_ card: Card) -> [Violation] {
    var found: [Violation] = []
    let isKebab = card.name.allSatisfy { ($0.isLowercase && $0.isASCII) || $0.isNumber || $0 == "-" }
    if card.name.isEmpty || !isKebab { found.append(Violation("name in kebab-case", "'\(card.name)'")) }
    if card.title.isEmpty { found.append(Violation("has a title", "the title is empty")) }
    if !card.summary.hasSuffix(".") || card.summary.contains("\n") {
      found.append(Violation("summary in one sentence", "'\(card.summary)'"))
    }
    if card.source.authors.isEmpty || card.source.venue.isEmpty {
      found.append(Violation("has a source", "authors or venue are empty"))
    }
    if card.version < 1 { found.append(Violation("version from 1", "\(card.version)")) }
    return found
  }

  private static func parameters<P: Plugin>(_ plugin: P.Type) -> [Violation] {
    var found: [Violation] = []
    let defaults = P()
    do throws(ParameterError) {
      _ = try P(defaults)
    } catch {
      found.append(Violation("constructs with its defaults", "\(error)"))
    }
    guard let encoded = snakeCased(defaults) else {
      return found + [Violation("parameters encode", "the defaults have no JSON form")]
    }
    let fields = P.fields
    let documented = Set(fields.map(\.name))
    if documented.count != fields.count { found.append(Violation("one field per parameter", "a name occurs twice")) }
    for leaf in leaves(encoded) where !documented.contains(leaf) {
      found.append(Violation("every parameter is documented", "'\(leaf)' has no field"))
    }
    for field in fields {
      if field.summary.isEmpty { found.append(Violation("fields say what they mean", "'\(field.name)' does not")) }
      if PropertyType(at: field.name.split(separator: ".").map(String.init), in: defaults).kind.isNumeric,
        field.range.outside.isEmpty
      {
        found.append(Violation("numbers have two bounds", "'\(field.name)' has none"))
      }
      for value in field.range.outside { found += refusal(of: field, value, encoded, P.self) }
    }
    return found + roundTrip(defaults)
  }

  /// Checks that values outside its range are refused when the plugin is constructed.
  private static func refusal<P: Plugin>(
    of field: ParameterField, _ outside: Double, _ encoded: [String: Any], _ plugin: P.Type
  ) -> [Violation] {
    // In a list whose elements have the range, one element is replaced.
    let old = value(encoded, field.name[...])
    let replaced = replacing(encoded, field.name[...], by: old is [Any] ? [outside] : outside)
    guard let parameters = decoded(P.self, replaced) else { return [] }
    do throws(ParameterError) {
      _ = try P(parameters)
      return [
        Violation(
          "refuses values out of range", "'\(field.name)' must be \(field.range.requirement), \(outside) was accepted")
      ]
    } catch {
      guard error.problems.contains(where: { $0.parameter == field.name }) else {
        return [Violation("names the parameter out of range", "'\(field.name)' was not named in '\(error)'")]
      }
      return []
    }
  }

  private static func roundTrip<P: ParameterSet>(_ defaults: P) -> [Violation] {
    guard let first = snakeCased(defaults), let back = decoded(P.self, first), let second = snakeCased(back) else {
      return [Violation("parameters survive a round trip", "they do not decode from their own JSON")]
    }
    let (before, after) = (sortedText(first), sortedText(second))
    return before == after ? [] : [Violation("parameters survive a round trip", "\(before) became \(after)")]
  }

  private static func sortedText(_ object: [String: Any]) -> String {
    let data = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "nothing"
  }

  private static func snakeCased(_ value: some Encodable) -> [String: Any]? {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    guard let data = try? encoder.encode(value) else { return nil }
    return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
  }

  private static func decoded<P: Decodable>(_ type: P.Type, _ object: [String: Any]) -> P? {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let data = try? JSONSerialization.data(withJSONObject: object) else { return nil }
    return try? decoder.decode(P.self, from: data)
  }

  private static func leaves(_ object: [String: Any], below prefix: String = "") -> [String] {
    object.flatMap { key, value in
      let path = prefix.isEmpty ? key : "\(prefix).\(key)"
      return (value as? [String: Any]).map { leaves($0, below: path) } ?? [path]
    }
  }

  private static func value(_ object: [String: Any], _ path: Substring) -> Any? {
    guard let dot = path.firstIndex(of: ".") else { return object[String(path)] }
    let inner = object[String(path[..<dot])] as? [String: Any]
    return inner.flatMap { value($0, path[path.index(after: dot)...]) }
  }

  private static func replacing(_ object: [String: Any], _ path: Substring, by value: Any) -> [String: Any] {
    var result = object
    guard let dot = path.firstIndex(of: ".") else {
      result[String(path)] = value
      return result
    }
    let key = String(path[..<dot])
    let inner = object[key] as? [String: Any] ?? [:]
    result[key] = replacing(inner, path[path.index(after: dot)...], by: value)
    return result
  }
}

extension ValueRange {
  /// A number below and one above the range, which the parameter must refuse; none if it is not a range of numbers.
  ///
  /// An enumeration needs no check: unknown values do not decode.
  fileprivate var outside: [Double] {
    switch self {
    case .any, .oneOf: []
    case .closed(let low, let high): [low - 1, high + 1]
    case .halfOpen(let low, let high): [low - 1, high]
    case .open(let low, let high): [low, high]
    case .openClosed(let low, let high): [low, high + 1]
    }
  }
}
