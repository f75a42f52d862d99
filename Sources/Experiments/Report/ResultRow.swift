public import JSON
import ConfigYAML
public import Unlearning

/// What measured a value.
public enum ResultKind: String, Sendable, Codable, CaseIterable {
  /// A metric.
  case metric
  /// An attack.
  case attack
  /// The method itself, of its own call.
  case note

  init(_ probe: ProbeKind) {
    switch probe {
    case .attack: self = .attack
    case .metric: self = .metric
    }
  }
}

/// One measured value of one model.
///
/// Encoded as the columns of `ResultColumn` in their order, with null for nil.
public struct ResultRow: Sendable, Hashable {
  /// The name of the experiment.
  public var experiment: String
  /// The data set.
  public var data: String
  /// The architecture.
  public var architecture: String
  /// The forget request, in words.
  public var forget: String
  /// The method; "original" for the model before unlearning.
  public var method: String
  /// All parameters of the method, resolved, as JSON text.
  public var parameters: String
  /// The seed of the original's or the retrained model's training.
  public var seed: Int
  /// The seed of the method's call; nil where nothing is unlearned.
  public var unlearningSeed: Int?
  /// The seed that draws the forget set; nil where the request is not random.
  public var forgetSeed: Int?
  /// What measured the value: a metric, an attack or the method itself.
  public var kind: ResultKind
  /// `<plugin>.<variant or split>`.
  public var name: String
  /// The value, in `unit`; rates are fractions in [0, 1].
  public var value: Double
  /// The unit of `value`, `reference` and `gap`.
  public var unit: MeasurementUnit
  /// Which values are better.
  public var direction: Direction
  /// The value of the model that was retrained without the forget set.
  public var reference: Double?
  /// `value` − `reference`.
  public var gap: Double?
  /// The source of the spread over seeds; nil where that is `value`.
  public var spread: Spread?
  /// The interval of `value` over the samples of its model; nil where it has none.
  public var interval: SamplingInterval?
  /// The true positive rates of its ROC curve at `ROCCurve.rates`; not encoded.
  public var curve: [Double]?
  /// Why the value says less than it seems to; nil where nothing is known against it.
  public var caveat: String?
  /// The source of the spread of `gap`, nil where that is `gap`; not encoded.
  public var gapSpread: Spread?
  /// For a score of a whole bank the pseudo-values of all its models, and of the difference `gap`; not encoded.
  var bankPseudoValues: [Double]?
  var bankGapPseudoValues: [Double]?
  /// The swept parameters, "tilt=10 temperature=0.1"; not encoded.
  public var variedParameters: String
  /// The role of the model in its table.
  public var role: ModelRole

  /// A row; see the properties.
  public init(
    experiment: String, data: String, architecture: String, forget: String, method: String, parameters: String,
    seeds: ModelSeeds, kind: ResultKind, name: String, value: Double, unit: MeasurementUnit, direction: Direction,
    reference: Double? = nil, gap: Double? = nil, spread: Spread? = nil, gapSpread: Spread? = nil,
    interval: SamplingInterval? = nil, curve: [Double]? = nil, caveat: String? = nil, variedParameters: String = "",
    role: ModelRole = .unlearned
  ) {
    self.experiment = experiment
    self.data = data
    self.architecture = architecture
    self.forget = forget
    self.method = method
    self.parameters = parameters
    seed = seeds.training
    unlearningSeed = seeds.unlearning
    forgetSeed = seeds.forget
    self.kind = kind
    self.name = name
    self.value = value
    self.unit = unit
    self.direction = direction
    self.reference = reference
    self.gap = gap
    self.spread = spread
    self.gapSpread = gapSpread
    self.interval = interval
    self.curve = curve
    self.caveat = caveat
    self.variedParameters = variedParameters
    self.role = role
  }

  /// The number whose sample standard deviation over seeds is the spread of `value`; nil where there is none.
  public var spreadNumber: Double? { Spread.number(spread, of: value) }
  /// The number whose sample standard deviation over seeds is the spread of `gap`; nil where there is none.
  public var gapSpreadNumber: Double? { gap.flatMap { Spread.number(gapSpread, of: $0) } }

  /// The names of the columns, in the order of every file that has rows.
  public static let columns = ResultColumn.allCases.map(\.rawValue)

  /// The row as an object of `columns`: `parameters` is an object itself, a value that is no finite number is null.
  public var json: JSONValue {
    .object(
      ResultColumn.allCases.map { column in
        var value = column.value(of: self)
        if case .number(let number) = value, !number.isFinite { value = .null }
        return JSONValue.Member(key: column.rawValue, value: value)
      })
  }
}

extension ResultRow: Codable {
  /// Reads the columns; the properties that are not encoded are empty.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: ResultColumn.self)
    func text(_ key: ResultColumn) throws -> String { try container.decode(String.self, forKey: key) }
    let method = try text(.method)
    let value = try container.decodeIfPresent(Double.self, forKey: .value) ?? .nan
    let spread = try container.decodeIfPresent(Double.self, forKey: .spread)
    let low = try container.decodeIfPresent(Double.self, forKey: .intervalLow)
    let high = try container.decodeIfPresent(Double.self, forKey: .intervalHigh)
    self.init(
      experiment: try text(.experiment), data: try text(.data), architecture: try text(.architecture),
      forget: try text(.forget), method: method,
      parameters: try container.decode(JSONValue.self, forKey: .parameters).description,
      seeds: ModelSeeds(
        training: try container.decode(Int.self, forKey: .seed),
        unlearning: try container.decodeIfPresent(Int.self, forKey: .unlearningSeed),
        forget: try container.decodeIfPresent(Int.self, forKey: .forgetSeed)),
      kind: try container.decode(ResultKind.self, forKey: .kind), name: try text(.name),
      value: value,
      unit: try container.decode(MeasurementUnit.self, forKey: .unit),
      direction: try container.decode(Direction.self, forKey: .direction),
      reference: try container.decodeIfPresent(Double.self, forKey: .reference),
      gap: try container.decodeIfPresent(Double.self, forKey: .gap),
      spread: spread == value ? nil : spread.map { .pseudoValue($0) } ?? .unknown,
      interval: low.flatMap { low in high.map { SamplingInterval(low: low, high: $0) } },
      caveat: try container.decodeIfPresent(String.self, forKey: .caveat),
      role: try container.decode(ModelRole.self, forKey: .role))
  }

  /// Writes `json`.
  public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}
