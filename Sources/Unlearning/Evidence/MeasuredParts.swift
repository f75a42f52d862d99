public import Data

/// The parts of the data that a metric compares models on, as its parameter `parts` names them.
public struct MeasuredParts: Sendable {
  private let parts: [Part]

  /// The parts of a metric whose `validate()` refuses an empty list, see `ParameterError.checkNames`.
  public init(_ parts: [Part]) {
    precondition(!parts.isEmpty, "no parts: the metric was made without a check of its parameters")
    self.parts = parts
  }

  /// Whether requests of this kind can have samples in all of the parts; sample requests have no forget test part.
  public func serves(_ kind: RequestKind) -> Bool { kind != .samples || !parts.contains(.forgetTest) }

  /// Why no part can be measured in a cell of these sizes; nil where some part has samples.
  public func obstacle(in cell: CellSizes) -> String? {
    guard present(in: cell).isEmpty else { return nil }
    if let missing = cell.missingForgetTest, parts == [.forgetTest] {
      return "\(missing); 'parts: [forget_train]' measures training samples"
    }
    return "finds no samples in \(parts.map(\.rawValue).joined(separator: ", "))"
  }

  /// The parts that have samples in a cell of these sizes, in the order of the parameter.
  public func present(in cell: CellSizes) -> [Part] { parts.filter { cell[$0] > 0 } }

  /// The parts that have samples in `outputs`, in the order of the parameter.
  public func present(in outputs: ModelOutputs) -> [Part] { parts.filter { outputs[$0].count > 0 } }

  /// The parts that have samples in `outputs`, at least one.
  ///
  /// - Parameters:
  ///   - outputs: The outputs of the model on all parts of the data.
  ///   - metric: The metric's name, for the message.
  /// - Throws: `AttackError.requestNotServed` where no part has samples.
  public func required(in outputs: ModelOutputs, of metric: String) throws(AttackError) -> [Part] {
    let present = present(in: outputs)
    guard !present.isEmpty else {
      let names = parts.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw .requestNotServed(
        "\(metric) finds no samples in \(names); 'parts: [forget_train]' measures what was to be forgotten")
    }
    return present
  }
}
