public import JSON
import ConfigYAML
public import Foundation
public import Unlearning

/// The record of a finished step, stored with its files: provenance and cost.
public struct StepRecord: Codable, Sendable, Equatable {
  /// Size and checksum of one file.
  public struct FileRecord: Codable, Sendable, Equatable {
    /// In bytes.
    public var size: Int
    /// 64 lower-case hexadecimal digits.
    public var sha256: String

    /// Size in bytes and SHA-256 of a file.
    public init(size: Int, sha256: String) {
      self.size = size
      self.sha256 = sha256
    }
  }

  /// "train", "unlearn", "predict", "calibrate", "attack" or "measure".
  public var kind: String
  /// The label of the step, as displayed.
  public var label: String
  /// The key of the result.
  public var key: StepKey
  /// All parameters of the step, defaults included.
  public var configuration: JSONValue
  /// The version of each plugin that the step ran, by name.
  public var plugins: [String: Int]
  /// The steps whose results this one reads.
  public var parents: [StepKey]
  /// The commit of the program; only in records of earlier versions, which took it from the working folder.
  public var gitRevision: String?
  /// The SHA-256 of the program's executable, where known.
  public var build: String?
  /// The SHA-256 of each plugin's sources, by the plugin's name, where they were on the machine; nil in earlier
  /// records.
  ///
  /// Where the sources were newer than the program, the value says so instead.
  public var pluginSources: [String: String]?
  /// The name of the host it ran on.
  public var host: String
  /// The type of the host's processor cores.
  public var processor: String
  /// The kernels in use: "amx", "avx512", "avx2" or "portable".
  public var instructionSet: String
  /// Version, build options and processor type of the linear algebra library.
  public var blas: String
  /// When it started: ISO 8601, UTC.
  public var started: String
  /// How long it took, in seconds.
  public var seconds: Double
  /// The most tensor memory that it held at once, in bytes.
  public var peakBytes: Int
  /// The energy of the processors during an unlearning call; nil where the machine has no counter, and in earlier records.
  public var energy: Cost.Energy?
  /// The notes of the step, by name.
  public var notes: [String: Double]
  /// The files beside the record, by name; filled in by `Store.write`.
  public var files: [String: FileRecord]

  /// A record, of this machine where nothing else is given.
  public init(
    kind: String, label: String, key: StepKey, configuration: JSONValue, plugins: [String: Int],
    parents: [StepKey] = [], gitRevision: String? = nil, build: String? = nil,
    pluginSources: [String: String]? = nil, host: String = Machine.current.host,
    processor: String = Machine.current.processor, instructionSet: String = Machine.current.instructionSet,
    blas: String = Machine.current.blas, started: String, seconds: Double, peakBytes: Int, energy: Cost.Energy? = nil,
    notes: [String: Double] = [:], files: [String: FileRecord] = [:]
  ) {
    self.kind = kind
    self.label = label
    self.key = key
    self.configuration = configuration
    self.plugins = plugins
    self.parents = parents
    self.gitRevision = gitRevision
    self.build = build
    self.pluginSources = pluginSources
    self.host = host
    self.processor = processor
    self.instructionSet = instructionSet
    self.blas = blas
    self.started = started
    self.seconds = seconds
    self.peakBytes = peakBytes
    self.energy = energy
    self.notes = notes
    self.files = files
  }

  /// A moment as `started` has it: ISO 8601, UTC, whole seconds.
  public static func timestamp(_ moment: Date) -> String { moment.formatted(.iso8601) }

  private enum CodingKeys: String, CodingKey {
    case kind, label, key, configuration, plugins, parents, host, processor, blas, started, seconds, notes, files
    case build, energy
    case gitRevision = "git_revision"
    case pluginSources = "plugin_sources"
    case instructionSet = "instruction_set"
    case peakBytes = "peak_bytes"
  }
}

extension StepRecord {
  /// The provenance in a record, decoded for all results at once, where decoding whole records would be slow.
  struct Origin: Decodable {
    var build: String?
    var pluginSources: [String: String]?

    private enum CodingKeys: String, CodingKey {
      case build
      case pluginSources = "plugin_sources"
    }
  }

  /// The cost of a step, from which later steps of its kind are estimated.
  struct Costs: Decodable {
    var kind: String
    var plugins: [String: Int]
    var seconds: Double
    var peakBytes: Int
    var files: [String: FileRecord]

    private enum CodingKeys: String, CodingKey {
      case kind, plugins, seconds, files
      case peakBytes = "peak_bytes"
    }
  }

  /// The contents of step.json: indented, names sorted, the same bytes for the same record.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: ".inf", negativeInfinity: "-.inf", nan: ".nan")
    return try [UInt8](encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// The record that `encoded()` wrote; nil for anything else, also where a cost or the name of a file is impossible.
  init?(decoding bytes: [UInt8]) {
    // Foundation's decoder would take one of two values of the same name.
    guard let json = try? JSONValue(json: String(decoding: bytes, as: UTF8.self)),
      let record = try? json.decode(StepRecord.self),
      MeasurementUnit.seconds.range.contains(record.seconds),
      MeasurementUnit.bytes.range.contains(Double(record.peakBytes)),
      MeasurementUnit.joules.range.contains(record.energy?.joules ?? 0),
      record.files.keys.allSatisfy(Self.isFileName)
    else { return nil }
    self = record
  }

  /// Whether a file of a result may have this name: it stays in the folder of the result, and is not its record.
  static func isFileName(_ name: String) -> Bool {
    !name.isEmpty && !name.contains("/") && !name.hasPrefix(".") && !name.hasPrefix("step.")
  }
}
