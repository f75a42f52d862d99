import Foundation
public import Engine

/// How the probability of forgotten classes is redistributed to the retained ones.
public enum Redistribution: String, Codable, Sendable, CaseIterable {
  /// In proportion to their own probabilities, which is a softmax over the retained classes.
  case proportional
  /// In equal parts: pₖ + p_forgotten / R for each of the R retained classes.
  case uniform
}

/// The target distribution on samples of forgotten classes, computed from the original's logits.
///
/// With original logits z `[K]`, forgotten classes F, tilt β and scores s of the sample's own class:
/// `q_k ∝ b_k·exp(β·s_k)` for `k ∉ F`, `q_k = 0` for `k ∈ F`. The base b is `softmax_{k∉F}(z)` (proportional) or
/// `p_k + Σ_{f∈F} p_f / R` with `p = softmax(z)` (uniform). Without scores q is the base.
///
/// Everything is computed from masked logits in double precision, never as the quotient `p_k / (1 − p_u)`, which
/// divides by zero when `p_u` rounds to 1.
///
/// With proportional redistribution q is the information projection of p: among all distributions without forgotten
/// classes and with `Σ q_k·s_k = c` it has the smallest KL(q ‖ p), where β is the multiplier of that constraint.
/// - Source: Ebrahimpour-Boroojeny, Wang, Sundaram, arXiv:2506.20893; the abstract and the public reviews name the
///   parts (zeroed forget label, exponential tilt from KL minimization under a linear moment constraint).
/// - Note: The exact formula is not stated in what could be read of the paper; chosen as the only one with these parts.
public struct ReweightedTarget: Sendable {
  /// K.
  public let classCount: Int
  /// The classes that keep probability, in ascending order.
  public let retained: [Int]
  /// How the probability of forgotten classes is redistributed.
  public let redistribution: Redistribution
  /// β·s by forgotten class, each `[K]`.
  private let tilts: [Int: [Double]]
  private let isRetained: [Bool]

  /// A target with probability 0 on `forgotten`.
  ///
  /// - Parameters:
  ///   - classCount: K.
  ///   - forgotten: The classes with probability 0; at least one class must be retained.
  ///   - redistribution: How their probability is redistributed to the others.
  ///   - tilt: β, any finite number.
  ///   - scores: s by forgotten class, each `[K]`; entries of forgotten classes are not read. Classes without scores
  ///     are not tilted.
  public init(
    classCount: Int, forgotten: [Int], redistribution: Redistribution = .proportional, tilt: Double = 0,
    scores: [Int: [Double]] = [:]
  ) {
    precondition(forgotten.allSatisfy { $0 >= 0 && $0 < classCount }, "\(forgotten) are not classes of \(classCount)")
    precondition(scores.values.allSatisfy { $0.count == classCount }, "a score for each of \(classCount) classes")
    precondition(tilt.isFinite, "a tilt is finite")
    self.classCount = classCount
    self.redistribution = redistribution
    isRetained = (0..<classCount).map { !forgotten.contains($0) }
    retained = (0..<classCount).filter { !forgotten.contains($0) }
    precondition(!retained.isEmpty, "at least one class is retained")
    tilts = scores.mapValues { $0.map { tilt * $0 } }
  }

  /// This target with β = 0, the base b.
  public var untilted: ReweightedTarget {
    let forgotten = (0..<classCount).filter { !isRetained[$0] }
    return ReweightedTarget(classCount: classCount, forgotten: forgotten, redistribution: redistribution)
  }

  /// q for one sample with the original's `logits` `[K]` and the forgotten class `label`; `[K]`, sums to 1.
  public func distribution(logits: [Double], label: Int) -> [Double] {
    precondition(label >= 0 && label < classCount && !isRetained[label], "class \(label) is not forgotten")
    let base = logarithmOfBase(logits)
    let tilt = tilts[label]
    return softmax(base.indices.map { base[$0] + (tilt?[$0] ?? 0) })
  }

  /// q for every row of the original's logits `[N, K]`; `[N, K]`.
  ///
  /// - Parameters:
  ///   - logits: The logits of the original on forgotten samples.
  ///   - labels: The forgotten class of each row.
  public func callAsFunction(_ logits: Tensor, labels: [Int]) -> Tensor {
    precondition(logits.shape == [labels.count, classCount], "logits \(logits.shape) of \(labels.count) samples")
    let rows = labels.enumerated().flatMap { row, label in
      distribution(logits: logits.row(row).map(Double.init), label: label).map { Float($0) }
    }
    return Tensor(rows, shape: logits.shape)
  }

  /// −Σ q·log q in nats, the mean over all rows; nil without rows.
  public func meanEntropy(_ logits: Tensor, labels: [Int]) -> Double? {
    guard !labels.isEmpty else { return nil }
    let sum = labels.enumerated().reduce(0.0) { sum, sample in
      let q = distribution(logits: logits.row(sample.offset).map(Double.init), label: sample.element)
      return sum - q.reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 }
    }
    return sum / Double(labels.count)
  }

  /// log b `[K]` up to a constant; entries of forgotten classes are not read.
  func logarithmOfBase(_ logits: [Double]) -> [Double] {
    precondition(logits.count == classCount, "\(logits.count) logits of \(classCount) classes")
    guard redistribution == .uniform else { return logits }
    let largest = logits.max() ?? 0
    let weights = logits.map { exp($0 - largest) }
    let lost = zip(weights, isRetained).reduce(0) { $1.1 ? $0 : $0 + $1.0 }
    return weights.map { log($0 + lost / Double(retained.count)) }
  }

  /// Softmax over the retained classes, 0 elsewhere.
  private func softmax(_ exponents: [Double]) -> [Double] {
    let largest = retained.reduce(-Double.infinity) { max($0, exponents[$1]) }
    var q = [Double](repeating: 0, count: classCount)
    var sum = 0.0
    for k in retained {
      q[k] = exp(exponents[k] - largest)
      sum += q[k]
    }
    for k in retained { q[k] /= sum }
    return q
  }
}
