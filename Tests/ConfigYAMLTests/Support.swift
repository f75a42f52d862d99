import ConfigYAML

/// The full text of all errors in `yaml`; empty if it parses.
func complaints(_ yaml: String) -> String {
  do throws(DiagnosticList) {
    _ = try YAMLDocument(text: yaml, file: "t.yaml")
    return ""
  } catch {
    return error.description
  }
}

/// The value of `yaml` decoded over `defaults`, and the reported errors.
func overlay<T: Codable>(_ yaml: String, _ defaults: T, knownKeys: [String]? = nil) throws -> (value: T?, text: String)
{
  let document = try YAMLDocument(text: yaml, file: "t.yaml")
  let diagnostics = document.makeDiagnostics()
  let value = decode(
    T.self, from: document.root, defaults: defaults, knownKeys: knownKeys, diagnostics: diagnostics)
  return (value, diagnostics.list.description)
}

/// The messages with their positions, without source lines.
func heads(_ list: DiagnosticList) -> [String] {
  list.diagnostics.map { ($0.mark.map { "\($0): " } ?? "") + $0.message }
}

/// The errors of `yaml` decoded over `defaults`, without source lines.
func overlayHeads<T: Codable>(_ yaml: String, _ defaults: T, knownKeys: [String]? = nil) throws -> [String] {
  let document = try YAMLDocument(text: yaml, file: "t.yaml")
  let diagnostics = document.makeDiagnostics()
  let value = decode(
    T.self, from: document.root, defaults: defaults, knownKeys: knownKeys, diagnostics: diagnostics)
  return value == nil ? heads(diagnostics.list) : ["decoded"]
}

/// Parameters of every kind that a plugin may have.
struct Recipe: Codable, Equatable {
  enum Schedule: String, Codable, CaseIterable {
    case constant, fineTune
    case warmUp = "warm-up"
  }
  struct Optimizer: Codable, Equatable {
    var name = "sgd"
    var learningRate: Float = 0.1
    var momentum: Double?
  }
  struct Stage: Codable, Equatable {
    var name: String
    var epochs: Int
  }
  var epochs = 30
  var batchSize: UInt8 = 128
  var learningRate: Float = 0.1
  var nesterov = true
  var schedule = Schedule.constant
  var limit: Double?
  var optimizer = Optimizer()
  var widths = [16, 32]
  var stages: [Stage] = []
  var weights: [String: Double] = ["aB": 1]
  var note = "none"
}
