/// An experiment file that runs in seconds; each test changes the parts that it is about.
///
/// Entries are YAML, those of lists without the dash: `SmallExperiment { $0.methods[1] = "trw: {tilt: 5}" }`.
public struct SmallExperiment: Sendable {
  /// The experiment's name, also that of the file.
  public var name = "small"
  /// A list, or a mapping with seeds of training and of unlearning.
  public var seeds = "[1, 2]"
  /// A mapping; empty without a bank beside the seeds.
  public var bank = ""
  /// Ten classes, of which 0 is the circle and 1 the ellipse.
  public var data = ["shapes: {train_count: 300, test_count: 100}"]
  /// A model that trains in milliseconds.
  public var architectures = ["mlp: {hidden: [16]}"]
  /// The entries of the original's recipe.
  public var training = "epochs: 2, learning_rate: 0.05"
  /// One request for each entry.
  public var forget = ["class: circle"]
  /// Retraining is planned without being listed.
  public var methods = ["fine-tune: {training: {epochs: 1}}", "rwft: {training: {epochs: 1}}"]
  /// Reads the predictions of one model.
  public var attacks = ["mia-svc"]
  /// The second reads the retrained models of all seeds.
  public var metrics = ["accuracy", "total-variation"]
  /// Mappings with braces.
  public var exclude: [String] = []

  /// The small experiment.
  public init() {}

  /// The small experiment with a change.
  public init(_ change: (inout Self) throws -> Void) rethrows { try change(&self) }

  /// One that runs in less than a second: 60 images, one epoch, one method, no attack.
  public static func tiny(_ change: (inout Self) throws -> Void = { _ in }) rethrows -> Self {
    try Self {
      $0.name = "tiny"
      $0.data = ["shapes: {train_count: 60, test_count: 40}"]
      $0.architectures = ["mlp: {hidden: [8]}"]
      $0.training = "epochs: 1, batch_size: 20"
      $0.forget = ["class: 1"]
      $0.methods = ["fine-tune: {training: {epochs: 1}}"]
      $0.attacks = []
      $0.metrics = ["accuracy"]
      try change(&$0)
    }
  }

  /// The text of the file.
  ///
  /// Tests of positions rely on its lines: one for each entry of a list, but all metrics on the line of their key; an empty
  /// list is left out.
  public var yaml: String {
    func list(_ key: String, _ entries: [String]) -> [String] {
      entries.isEmpty ? [] : ["\(key):"] + entries.map { "  - \($0)" }
    }
    let lines: [[String]] = [
      ["experiment: \(name)", "seeds: \(seeds)"], bank.isEmpty ? [] : ["bank: \(bank)"], list("data", data),
      list("architectures", architectures),
      ["training: {\(training)}"], list("forget", forget), list("methods", methods), list("attacks", attacks),
      ["metrics: [\(metrics.joined(separator: ", "))]"], list("exclude", exclude),
    ]
    return lines.joined().joined(separator: "\n") + "\n"
  }

  /// Writes the file `<name>.yaml` into `folder` and returns its path.
  public func written(to folder: TemporaryFolder) throws -> String { try folder.write(yaml, to: "\(name).yaml") }
}
