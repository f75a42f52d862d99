import Engine

/// Why an attack or a metric cannot be computed.
public enum AttackError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A part of the data that is needed has no samples.
  case emptyPart(Part)
  /// A set of samples that the attack derives from the parts is empty.
  case emptySet(String)
  /// A number that the attack reads is infinite or NaN; the row is counted from 0.
  case notFinite(String, row: Int)
  /// The solver of a classifier rejects the problem.
  case unsolvable(String)
  /// The attack or metric is not defined for this kind of forget request.
  case requestNotServed(String)
  /// Too few models retrained without the forget set.
  case tooFewRetrainedModels(needed: Int, found: Int)
  /// A class has too few samples to fit a classifier to, or to judge.
  case tooFewClassSamples(className: String, part: Part, needed: Int, found: Int)
  /// `calibrate` was not run, or with different models or for a different request.
  case notCalibrated(String)
  /// Two models were evaluated on different samples of one part.
  case unlikeSamples(Part)
  /// Measurements of other plugins that the metric reads are missing.
  case missingMeasurements([String], available: [String])

  /// The cause and a remedy, in one message for the user.
  public var description: String {
    switch self {
    case .emptyPart(let part): return "the part '\(part.rawValue)' has no samples, and they are needed"
    case .emptySet(let name): return "there are no \(name), and they are needed"
    case .notFinite(let name, let row):
      return "the \(name) of sample \(row) are not finite; the model may have diverged"
    case .unsolvable(let reason): return "the classifier cannot be fitted: \(reason)"
    case .requestNotServed(let reason): return reason
    case .tooFewRetrainedModels(let needed, let found):
      let seeds = needed == 1 ? "one seed" : "\(needed) seeds"
      return "\(needed) retrained models are needed, \(found) found; the experiment needs at least \(seeds)"
    case .tooFewClassSamples(let name, let part, let needed, let found):
      return "class '\(name)' has \(found) samples in '\(part.rawValue)', and at least \(needed) of each class are "
        + "needed; use more data, or lower 'minimum_class_samples'"
    case .notCalibrated(let what): return "the calibration on retrained models lacks \(what); run calibrate first"
    case .unlikeSamples(let part): return "two models saw different samples in the part '\(part.rawValue)'"
    case .missingMeasurements(let names, let available):
      let found = available.isEmpty ? "none" : available.joined(separator: ", ")
      return "no values of \(names.joined(separator: ", ")); found: \(found); add their plugins to the experiment"
    }
  }
}

extension Evidence {
  /// The target's predictions on `part`, which must have samples and finite logits.
  public func samples(_ part: Part) throws(AttackError) -> Predictions { try target.samples(part) }
}

extension ModelOutputs {
  /// The predictions on `part`, which must have samples and finite logits.
  public func samples(_ part: Part) throws(AttackError) -> Predictions {
    guard self[part].count > 0 else { throw .emptyPart(part) }
    return try finite(part)
  }

  /// The predictions on all test samples, those of forgotten classes last; there must be retained ones.
  public func allTestSamples() throws(AttackError) -> Predictions {
    let retained = try samples(.retainTest), forgotten = try finite(.forgetTest)
    guard forgotten.count > 0 else { return retained }
    return Predictions(
      logits: .concatenated([retained.logits, forgotten.logits]), features: nil,
      labels: retained.labels + forgotten.labels, indices: retained.indices + forgotten.indices)
  }

  /// The predictions on `part`, which must have finite logits and may be empty.
  public func finite(_ part: Part) throws(AttackError) -> Predictions {
    let predictions = self[part]
    if predictions.hasMarginsAlone {
      let row = predictions.margins.firstIndex { !$0.isFinite }
      if let row { throw .notFinite("margins on '\(part.rawValue)'", row: row) }
    } else if predictions.count > 0, !predictions.logits.isFinite {
      let row = (0..<predictions.count).first { row in !predictions.logits.row(row).allSatisfy(\.isFinite) }
      throw .notFinite("logits on '\(part.rawValue)'", row: row ?? 0)
    }
    return predictions
  }
}
