import Foundation

/// The course of the learning rate during training, as a factor of its base value.
public enum LearningRateSchedule: Sendable, Hashable {
  /// The factor 1 in every step.
  case constant
  /// Multiplied by `factor` after every `epochs` epochs.
  case step(epochs: Int, factor: Double)
  /// Multiplied by `factor` at the start of each of these epochs, counted from 0.
  case multiStep(epochs: [Int], factor: Double)
  /// From 1 to 0 along half a cosine, step by step.
  case cosine
  /// From 1/25 up to 1 over the fraction `rise` of the steps, then down to 1/250000, along cosines.
  ///
  /// - Source: Smith and Topin, 2018, arXiv:1708.07120; constants as in PyTorch's OneCycleLR.
  case oneCycle(rise: Double)

  /// The factor for step `step` (from 0) of `stepsPerEpoch`·`epochs`.
  ///
  /// During the first `warmUpEpochs` (≥ 0) the factor also rises linearly from 1/steps to 1.
  public func factor(step: Int, stepsPerEpoch: Int, epochs: Int, warmUpEpochs: Double = 0) -> Double {
    let total = max(1, stepsPerEpoch * epochs)
    let warmSteps = warmUpEpochs * Double(stepsPerEpoch)
    let warm = warmSteps > 0 ? min(1, Double(step + 1) / warmSteps) : 1
    return warm * shape(step: step, epoch: step / max(1, stepsPerEpoch), total: total)
  }

  private func shape(step: Int, epoch: Int, total: Int) -> Double {
    switch self {
    case .constant:
      return 1
    case .step(let epochs, let factor):
      return pow(factor, Double(epoch / max(1, epochs)))
    case .multiStep(let epochs, let factor):
      return pow(factor, Double(epochs.count { $0 <= epoch }))
    case .cosine:
      return (1 + cos(Double.pi * Double(step) / Double(total))) / 2
    case .oneCycle(let rise):
      let (low, end) = (1.0 / 25, 1.0 / 250_000)
      let peak = rise * Double(total) - 1
      if Double(step) <= peak { return anneal(from: low, to: 1, Double(step) / max(peak, 1)) }
      return anneal(from: 1, to: end, (Double(step) - peak) / max(Double(total - 1) - peak, 1))
    }
  }

  private func anneal(from start: Double, to end: Double, _ share: Double) -> Double {
    end + (start - end) * (1 + cos(Double.pi * min(1, max(0, share)))) / 2
  }
}
