public import JSON
import Unlearning

/// The columns of a result row in their order, from which CSV, JSON and the schema are made.
public enum ResultColumn: String, CodingKey, CaseIterable, Sendable {
  case experiment, data, architecture, forget, method, role, parameters, seed
  case unlearningSeed = "unlearning_seed"
  case forgetSeed = "forget_seed"
  case kind, name, value, unit, direction, reference, gap, spread
  case intervalLow = "interval_low"
  case intervalHigh = "interval_high"
  case caveat

  /// The value of `row` in this column, null where it has none; numbers may be infinite or not a number.
  public func value(of row: ResultRow) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    func integer(_ value: Int?) -> JSONValue { value.map { .int($0) } ?? .null }
    switch self {
    case .experiment: return .string(row.experiment)
    case .data: return .string(row.data)
    case .architecture: return .string(row.architecture)
    case .forget: return .string(row.forget)
    case .method: return .string(row.method)
    case .role: return .string(row.role.rawValue)
    case .parameters: return (try? JSONValue(json: row.parameters)) ?? .string(row.parameters)
    case .seed: return .int(row.seed)
    case .unlearningSeed: return integer(row.unlearningSeed)
    case .forgetSeed: return integer(row.forgetSeed)
    case .kind: return .string(row.kind.rawValue)
    case .name: return .string(row.name)
    case .value: return number(row.value)
    case .unit: return .string(row.unit.rawValue)
    case .direction: return .string(row.direction.rawValue)
    case .reference: return number(row.reference)
    case .gap: return number(row.gap)
    case .spread: return number(row.spreadNumber)
    case .intervalLow: return number(row.interval?.low)
    case .intervalHigh: return number(row.interval?.high)
    case .caveat: return row.caveat.map { .string($0) } ?? .null
    }
  }

  /// Its JSON Schema.
  public var schema: JSONValue {
    let number: JSONValue = ["number", "null"]
    func text(_ description: String) -> JSONValue { ["type": "string", "description": .string(description)] }
    func seed(_ description: String, isOptional: Bool = true) -> JSONValue {
      [
        "type": isOptional ? ["integer", "null"] : "integer", "minimum": 0, "description": .string(description),
      ]
    }
    func words<Word: RawRepresentable>(_ words: [Word], _ description: String) -> JSONValue
    where Word.RawValue == String {
      ["enum": .array(words.map { .string($0.rawValue) }), "description": .string(description)]
    }
    switch self {
    case .experiment: return text("The name of the experiment.")
    case .data: return text("The data set, with its swept parameters in parentheses.")
    case .architecture: return text("The architecture, with its swept parameters in parentheses.")
    case .forget: return text("The forget request: 'class 1', 'samples 0.1'.")
    case .method:
      return text("The method; 'original' before unlearning, or an answer without a model, such as 'constant answer'.")
    case .role:
      return words(
        ModelRole.allCases, "The role of the model in its table; the others are compared with the 'reference'.")
    case .parameters: return ["type": "object", "description": "All parameters of the method, defaults included."]
    case .seed: return seed("The seed of the original's or the retrained model's training.", isOptional: false)
    case .unlearningSeed: return seed("The seed of the method's call; null where nothing is unlearned.")
    case .forgetSeed: return seed("The seed that draws the forget set; null where the request is not random.")
    case .kind:
      return words(
        ResultKind.allCases, "What measured the value: a metric, an attack, or the method itself in a 'note'.")
    case .name: return text("<plugin>.<variant or split>, or notes.<name>.")
    case .value: return ["type": number, "description": "The value in its unit; rates are fractions in [0, 1]."]
    case .unit:
      return words(
        [MeasurementUnit.fraction, .seconds, .bytes, .nats, .distance, .steps, .joules],
        "The unit of value, reference and gap.")
    case .direction:
      return words(
        [Direction.higher, .lower, .nearest], "Which values are better; 'nearest' is nearest to the reference.")
    case .reference: return ["type": number, "description": "The value of the retrained model of the same seed."]
    case .gap: return ["type": number, "description": "value - reference."]
    case .spread:
      return [
        "type": number,
        "description": """
        The number whose sample standard deviation over seeds is the spread of value: value itself, or where values of \
        seeds share models the jackknife pseudo-value, for a score of a bank scaled so that its standard error is that \
        over all models; null where nothing is known of the spread.
        """,
      ]
    case .intervalLow, .intervalHigh:
      let end = self == .intervalLow ? "lower" : "upper"
      return [
        "type": number,
        "description": .string(
          "The \(end) end of the value's 95 % interval over the samples of its model; null where it has none."),
      ]
    case .caveat:
      return [
        "type": ["string", "null"],
        "description": "Why the value says less than it seems to; null where nothing is known against it.",
      ]
    }
  }
}

/// The role of a model in its table.
public enum ModelRole: String, Sendable, Codable, CaseIterable {
  /// Retrained without the forget set: what the others are compared with.
  case reference
  /// The model before unlearning.
  case original
  /// What a method made of it.
  case unlearned
  /// An answer without a model; see `Baseline`.
  case baseline
}
