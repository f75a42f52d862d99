import Engine
import Unlearning

/// The file format of predictions in the store: per part `forget_train.logits` `[N, K]`, or `.margins` `[N]` where these
/// alone are known, `.features` `[N, D]` where kept, `.labels` and `.indices`.
enum OutputsFile {
  static let name = "predictions.safetensors"

  static func encode(_ outputs: ModelOutputs) -> [UInt8] {
    var file = SafeTensors()
    for part in Part.allCases {
      let predictions = outputs[part]
      if predictions.hasMarginsAlone {
        let margins = Tensor(predictions.margins.map(Float.init), shape: [predictions.count])
        file.tensors["\(part.rawValue).margins"] = margins
      } else {
        file.tensors["\(part.rawValue).logits"] = predictions.logits
      }
      if let features = predictions.features { file.tensors["\(part.rawValue).features"] = features }
      file.integers["\(part.rawValue).labels"] = predictions.labels
      file.integers["\(part.rawValue).indices"] = predictions.indices
    }
    return file.encoded()
  }

  static func decode(_ bytes: [UInt8]) throws -> ModelOutputs {
    let file = try SafeTensors(bytes)
    var parts: [Part: Predictions] = [:]
    for part in Part.allCases {
      if let margins = file.tensors["\(part.rawValue).margins"] {
        guard let labels = file.integers["\(part.rawValue).labels"],
          let indices = file.integers["\(part.rawValue).indices"],
          margins.shape == [labels.count], labels.count == indices.count, margins.isFinite
        else { throw ExecutionError.unreadablePredictions(part: part.rawValue) }
        parts[part] = Predictions(margins: margins.scalars.map(Double.init), labels: labels, indices: indices)
        continue
      }
      guard
        let logits = file.tensors["\(part.rawValue).logits"],
        let labels = file.integers["\(part.rawValue).labels"],
        let indices = file.integers["\(part.rawValue).indices"],
        logits.shape.count == 2, logits.shape[0] == labels.count, labels.count == indices.count, logits.isFinite,
        labels.allSatisfy((0..<logits.shape[1]).contains),
        file.tensors["\(part.rawValue).features"].map({ $0.shape.first == labels.count && $0.isFinite }) ?? true
      else { throw ExecutionError.unreadablePredictions(part: part.rawValue) }
      parts[part] = Predictions(
        logits: logits, features: file.tensors["\(part.rawValue).features"], labels: labels, indices: indices)
    }
    return ModelOutputs(parts)
  }
}

/// Errors of steps that are caused neither by plugins nor by the store.
enum ExecutionError: Error, CustomStringConvertible {
  case unreadablePredictions(part: String)

  var description: String {
    switch self {
    case .unreadablePredictions(let part): "the stored predictions have no whole and finite part '\(part)'"
    }
  }
}
