import Engine
import Foundation

/// A score of one prediction p with label y that a membership attack thresholds.
public enum MembershipScore: String, Sendable, Codable, CaseIterable {
  /// 1 where the label is the most probable class, else 0.
  case correctness
  /// `p_y`
  case confidence
  /// `−Σ_k p_k log p_k`, in nats.
  case entropy
  /// `−(1 − p_y) log p_y − Σ_{k≠y} p_k log(1 − p_k)`
  case modifiedEntropy = "modified-entropy"

  /// The name in snake_case, as measurements write it.
  public var measurementName: String { rawValue.replacing("-", with: "_") }
}

extension Predictions {
  /// The scores of every sample, from probabilities in single precision.
  ///
  /// - Source: Song and Mittal, "Systematic evaluation of privacy risks of machine learning models", USENIX Security
  ///   2021, arXiv:2003.10595, equations 2 to 8; arguments of logarithms are at least 1e-30, as in their code.
  public func scores(_ score: MembershipScore) -> [Double] {
    switch score {
    case .correctness: zip(logits.argmaxOfRows, labels).map { $0 == $1 ? 1 : 0 }
    case .confidence: confidences
    case .entropy: rowSums { p, _, _ in -p * floored(p) }
    case .modifiedEntropy:
      rowSums { p, k, label in k == label ? -(1 - p) * floored(p) : -p * floored(1 - p) }
    }
  }

  /// The modified entropy as released with SalUn, which is not the published one.
  ///
  /// `−Σ_{k∈L} (1 − p_k) log p_k − Σ_{k∉L} p_k log p_k`, where L holds every label that occurs among the samples: the
  /// released code indexes columns with the whole label vector and takes log p in the place of log(1 − p).
  ///
  /// - Source: OPTML-Group/Unlearn-Saliency, Classification/evaluation/SVC_MIA.py, `m_entropy`.
  public func modifiedEntropiesAsReleased() -> [Double] {
    let present = Set(labels)
    return rowSums { p, k, _ in present.contains(k) ? -(1 - p) * floored(p) : -p * floored(p) }
  }

  private func rowSums(_ term: (_ p: Double, _ k: Int, _ label: Int) -> Double) -> [Double] {
    let values = probabilities.scalars
    return labels.enumerated().map { row, label in
      (0..<classCount).reduce(0) { $0 + term(Double(values[row * classCount + $1]), $1, label) }
    }
  }
}

private func floored(_ argument: Double) -> Double { log(max(argument, 1e-30)) }
