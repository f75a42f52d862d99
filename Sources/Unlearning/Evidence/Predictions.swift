public import Data
public import Engine
import Foundation

/// A part of the data: training or test samples, to be forgotten or retained.
public enum Part: String, Sendable, Codable, CaseIterable {
  /// Training samples to be forgotten.
  case forgetTrain = "forget_train"
  /// Training samples to be kept.
  case retainTrain = "retain_train"
  /// Test samples of forgotten classes; empty for sample requests.
  case forgetTest = "forget_test"
  /// All other test samples.
  case retainTest = "retain_test"
}

extension ForgetSplit {
  /// The samples of `part`; empty for forget test in sample requests.
  public func dataset(_ part: Part) -> Dataset {
    switch part {
    case .forgetTrain: forgetTrain
    case .retainTrain: retainTrain
    case .forgetTest: forgetTest
    case .retainTest: retainTest
    }
  }
}

/// The outputs of a model on some samples, in evaluate mode and without augmentation.
public struct Predictions: Sendable {
  /// What is known of the model's answers.
  private enum Answers {
    case logits(Tensor)
    case margins([Double])
  }
  private let answers: Answers
  /// The inputs `[N, D]` of the last layer; nil where features were not kept.
  public let features: Tensor?
  /// The N true labels.
  public let labels: [Int]
  /// The indices of the N samples in the source set.
  public let indices: [Int]

  /// Predictions from stored outputs; all arguments have N rows.
  public init(logits: Tensor, features: Tensor?, labels: [Int], indices: [Int]) {
    precondition(logits.shape[0] == labels.count && labels.count == indices.count, "one row per sample")
    answers = .logits(logits)
    self.features = features
    self.labels = labels
    self.indices = indices
  }

  /// Predictions of which the margins alone are known, for probes that read nothing else.
  public init(margins: [Double], labels: [Int], indices: [Int]) {
    precondition(margins.count == labels.count && labels.count == indices.count, "one margin per sample")
    answers = .margins(margins)
    features = nil
    self.labels = labels
    self.indices = indices
  }

  /// Evaluates `model` on `data` in batches.
  public init(of model: Classifier, on data: Dataset, keepingFeatures: Bool = false, batchSize: Int = 250) {
    self.init(of: model, on: data, keepingFeatures: keepingFeatures, batchSize: batchSize, checkpoint: {})
  }

  /// Evaluates `model` on `data`; `checkpoint` is called before every batch and ends the run by throwing.
  public init(
    of model: Classifier, on data: Dataset, keepingFeatures: Bool, batchSize: Int = 250, checkpoint: () throws -> Void
  ) rethrows {
    var logits: [Tensor] = []
    var features: [Tensor] = []
    for batch in data.batches(of: batchSize) {
      try checkpoint()
      let output = model.evaluate(batch.images)
      logits.append(output.logits)
      if keepingFeatures { features.append(output.features) }
    }
    let none = Tensor(zeros: [0, model.classCount])
    self.init(
      logits: logits.isEmpty ? none : .concatenated(logits),
      features: !keepingFeatures
        ? nil : features.isEmpty ? Tensor(zeros: [0, model.featureCount]) : .concatenated(features),
      labels: data.labels, indices: data.indices)
  }

  /// N, the number of samples.
  public var count: Int { labels.count }
  /// Whether margins, and what follows from them, are all that is known: logits must not be read.
  public var hasMarginsAlone: Bool { if case .margins = answers { true } else { false } }
  /// The logits `[N, K]`; a precondition where `hasMarginsAlone`.
  public var logits: Tensor {
    guard case .logits(let logits) = answers else {
      preconditionFailure("margins have no logits; what reads these declares that it reads predictions")
    }
    return logits
  }
  /// K, the number of classes; a precondition where `hasMarginsAlone`.
  public var classCount: Int { logits.shape[1] }
  /// The softmax of the logits, `[N, K]`.
  public var probabilities: Tensor { logits.softmax }
  /// Cross-entropy of every sample, −log p(label), in nats.
  public var losses: [Double] {
    if case .margins(let margins) = answers { return margins.map { log1p(exp(-abs($0))) + max(0, -$0) } }
    let logProbabilities = logits.logSoftmax
    return labels.enumerated().map { -Double(logProbabilities[$0.offset, $0.element]) }
  }
  /// The margin of every sample, `z_y − log Σ_{k≠y} exp z_k`, the log-odds of its label in natural logarithms.
  ///
  /// It is finite where p(label) rounds to 0 or 1. With one class it is infinite.
  public var margins: [Double] {
    if case .margins(let margins) = answers { return margins }
    return labels.enumerated().map { row, label in
      let logits = logits.row(row).map(Double.init)
      let others = logits.indices.filter { $0 != label }.map { logits[$0] }
      let largest = others.max() ?? -.infinity
      return logits[label] - largest - log(others.reduce(0) { $0 + exp($1 - largest) })
    }
  }
  /// The probability p(label) of every sample.
  public var confidences: [Double] {
    if case .margins(let margins) = answers { return margins.map { 1 / (1 + exp(-$0)) } }
    let probabilities = probabilities
    return labels.enumerated().map { Double(probabilities[$0.offset, $0.element]) }
  }
  /// The fraction of samples whose largest logit is that of their label; nil without samples.
  public var accuracy: Double? {
    guard count > 0 else { return nil }
    return Double(zip(logits.argmaxOfRows, labels).count { $0 == $1 }) / Double(count)
  }

  /// The rows at `rows`, in that order.
  public func selecting(_ rows: [Int]) -> Predictions {
    if case .margins(let margins) = answers {
      return Predictions(
        margins: rows.map { margins[$0] }, labels: rows.map { labels[$0] }, indices: rows.map { indices[$0] })
    }
    return Predictions(
      logits: logits.rows(rows), features: features?.rows(rows), labels: rows.map { labels[$0] },
      indices: rows.map { indices[$0] })
  }
}

/// The predictions of a model on all four parts of the data.
public struct ModelOutputs: Sendable {
  private let parts: [Part: Predictions]

  /// Outputs from the predictions on every part.
  public init(_ parts: [Part: Predictions]) {
    precondition(Part.allCases.allSatisfy { parts[$0] != nil }, "all four parts are needed")
    self.parts = parts
  }

  /// Evaluates `model` on all four parts.
  public init(of model: Classifier, on split: ForgetSplit, keepingFeatures: Bool = false) {
    self.init(of: model, on: split, keepingFeatures: keepingFeatures, checkpoint: {})
  }

  /// Evaluates `model` on all four parts; `checkpoint` is called before every batch and ends the run by throwing.
  public init(
    of model: Classifier, on split: ForgetSplit, keepingFeatures: Bool, checkpoint: () throws -> Void
  ) rethrows {
    self.init(
      Dictionary(
        uniqueKeysWithValues: try Part.allCases.map {
          let data = split.dataset($0)
          return ($0, try Predictions(of: model, on: data, keepingFeatures: keepingFeatures, checkpoint: checkpoint))
        }))
  }

  /// The predictions on `part`.
  public subscript(part: Part) -> Predictions {
    guard let predictions = parts[part] else { preconditionFailure("all four parts are there") }
    return predictions
  }
}
