import JSON

/// The parameters of a plugin.
///
/// `init()` sets the default values, those of the cited source; defaults are written nowhere else. Properties are
/// camelCase; experiment files write the same names in snake_case.
public protocol ParameterSet: Codable, Sendable {
  /// The default values, those of the cited source.
  init()
  /// The meaning and range of every parameter, in the order of documentation; derived from the properties.
  static var fields: [ParameterField] { get }
  /// Checks rules between parameters, such as that two exclude each other; called after the range checks.
  ///
  /// - Throws: A `ParameterError` with every problem.
  func validate() throws(ParameterError)
}

/// The meaning and the range of one parameter.
public struct ParameterField: Sendable, Hashable {
  /// In snake_case; a dot leads into a nested set: "training.learning_rate".
  public var name: String
  /// What it means, with its unit.
  public var summary: String
  /// The allowed values.
  public var range: ValueRange
  /// Whether it is a location and not content; locations are not part of cache keys.
  public var isLocation: Bool
  /// Whether its value is the path of a file that the plugin reads, or a list of such paths.
  ///
  /// The content of the file is part of cache keys; its path is not. Paths are those of `DataRoot.file(_:)`.
  public var isFile: Bool

  /// Describes the parameter `name`.
  public init(
    _ name: String, _ summary: String, _ range: ValueRange = .any, isLocation: Bool = false, isFile: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.range = range
    self.isLocation = isLocation
    self.isFile = isFile
  }

  /// This field inside the nested set `prefix`: `<prefix>.<name>`.
  public func below(_ prefix: String) -> ParameterField {
    ParameterField("\(prefix).\(name)", summary, range, isLocation: isLocation, isFile: isFile)
  }
}

/// The allowed values of a parameter.
///
/// Every element of a list must be in the range; nil is always allowed. Numeric ranges have two bounds, so that a value
/// that is too large by a typing error is rejected when the file is read, and does not end a run by overflow or lack of
/// memory.
public enum ValueRange: Sendable, Hashable {
  /// Every Boolean or text; numbers of a magnitude up to `largestInteger`. Lists have up to `longestList` elements.
  case any
  /// low ≤ x ≤ high
  case closed(Double, Double)
  /// low ≤ x < high
  case halfOpen(Double, Double)
  /// low < x < high
  case open(Double, Double)
  /// low < x ≤ high
  case openClosed(Double, Double)
  /// One of the listed words.
  case oneOf([String])

  /// The range in words, as it follows "must be".
  public var requirement: String {
    func text(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }
    switch self {
    case .any: return "in [-\(Self.largestInteger), \(Self.largestInteger)]"
    case .closed(let low, let high): return "in [\(text(low)), \(text(high))]"
    case .halfOpen(let low, let high): return "in [\(text(low)), \(text(high)))"
    case .open(let low, let high): return "in (\(text(low)), \(text(high)))"
    case .openClosed(let low, let high): return "in (\(text(low)), \(text(high))]"
    case .oneOf(let words): return "one of \(words.joined(separator: ", "))"
    }
  }

  /// Whether `number` lies in the range.
  public func contains(_ number: Double) -> Bool {
    switch self {
    case .any: return number.magnitude <= Double(Self.largestInteger)
    case .closed(let low, let high): return number >= low && number <= high
    case .halfOpen(let low, let high): return number >= low && number < high
    case .open(let low, let high): return number > low && number < high
    case .openClosed(let low, let high): return number > low && number <= high
    case .oneOf: return false
    }
  }

  /// Whether `word` is one of the words.
  public func contains(_ word: String) -> Bool {
    if case .oneOf(let words) = self { return words.contains(word) }
    return self == .any
  }
}

extension ValueRange {
  /// 2⁵³ − 1: a greater integer is not exact in a JSON document.
  public static let largestInteger = (1 << 53) - 1
  /// The most elements of a list of values.
  public static let longestList = 1000
  /// 0 to `largestInteger`.
  public static let seed = closed(0, Double(largestInteger))
  /// A rate, a cost or a temperature: in (0, 10⁹].
  public static let positive = openClosed(0, 1e9)
  /// The weight of a term of a loss: in [0, 10⁹].
  public static let weight = closed(0, 1e9)
  /// Samples per step: 1 to 1,000,000.
  public static let batchSize = closed(1, 1_000_000)
  /// Passes over the data: `least` to 100,000.
  public static func epochs(from least: Int) -> ValueRange { .closed(Double(least), 100_000) }
}

/// Invalid parameters, each with its value and the requirement that it violates.
public struct ParameterError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One invalid parameter.
  public struct Problem: Sendable, Hashable, CustomStringConvertible {
    /// As in `ParameterField.name`.
    public var parameter: String
    /// What was found and what is required.
    public var message: String

    /// A problem of `parameter` with a `message` that gives its value and the requirement.
    public init(parameter: String, message: String) {
      self.parameter = parameter
      self.message = message
    }

    /// The parameter and the message in one line.
    public var description: String { "parameter '\(parameter)': \(message)" }
  }

  /// All problems found, at least one.
  public var problems: [Problem]

  /// An error about several parameters.
  public init(_ problems: [Problem]) { self.problems = problems }

  /// An error about one parameter.
  public init(_ parameter: String, _ message: String) {
    problems = [Problem(parameter: parameter, message: message)]
  }

  /// Every problem, separated by semicolons.
  public var description: String { problems.map(\.description).joined(separator: "; ") }
}

extension ParameterError {
  /// Checks that a list is not empty and has no duplicates.
  ///
  /// - Parameters:
  ///   - names: The list, such as the variants of an attack.
  ///   - parameter: As in `ParameterField.name`.
  ///   - noun: The noun for an element in the message: "variant".
  public static func checkNames<Name: Hashable>(
    _ names: [Name], of parameter: String, each noun: String
  ) throws(ParameterError) {
    if names.isEmpty { throw ParameterError(parameter, "must name at least one \(noun)") }
    if Set(names).count < names.count { throw ParameterError(parameter, "must name each \(noun) once") }
  }
}

extension ParameterSet {
  /// Accepts every combination of values that are in their ranges.
  public func validate() throws(ParameterError) {}

  /// Checks every value against the range of its field, and every list against `ValueRange.longestList`.
  public func validateRanges() throws(ParameterError) {
    // A parameter that cannot be written as JSON fails later with that reason, before its plugin is made.
    let values = try? JSONValue(self)
    var problems: [ParameterError.Problem] = []
    for field in Self.fields {
      let found = leaves(values, field.name[...])
      guard found.count <= ValueRange.longestList else {
        let message = "must have at most \(ValueRange.longestList) values, has \(found.count)"
        problems.append(ParameterError.Problem(parameter: field.name, message: message))
        continue
      }
      for value in found {
        let (holds, found) = check(value, field.range)
        if !holds {
          let message = "must be \(field.range.requirement), is \(found)"
          problems.append(ParameterError.Problem(parameter: field.name, message: message))
        }
      }
    }
    if !problems.isEmpty { throw ParameterError(problems) }
  }

  private func leaves(_ value: JSONValue?, _ path: Substring) -> [JSONValue] {
    guard let value, !value.isNull else { return [] }
    if path.isEmpty { return value.items ?? [value] }
    guard let dot = path.utf8.firstIndex(of: UInt8(ascii: ".")) else { return leaves(value[String(path)], "") }
    return leaves(value[String(path[..<dot])], path[path.index(after: dot)...])
  }

  private func check(_ value: JSONValue, _ range: ValueRange) -> (Bool, String) {
    if let word = value.string { return (range.contains(word), "'\(word)'") }
    guard let number = value.double else { return (range == .any, "\(value)") }
    return (range.contains(number), "\(number.isFinite ? value.description : "\(number)")")
  }
}
