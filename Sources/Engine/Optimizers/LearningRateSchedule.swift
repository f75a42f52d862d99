import Foundation

/// How the learning rate moves over a training, as a factor of its base value.
public enum LearningRateSchedule: Sendable, Hashable {
  /// Always 1.
  case constant
  /// Times `factor` after every `epochs` epochs.
  case step(epochs: Int, factor: Double)
  /// Times `factor` at the start of each of these epochs, counted from 0.
  case multiStep(epochs: [Int], factor: Double)
  /// From 1 to 0 along half a cosine, step by step.
  case cosine
  /// Up from 1/25 to 1 over the first `rise` of the steps and down to 1/250000, along cosines.
  ///
  /// - Source: Smith and Topin, 2018, arXiv:1708.07120; numbers as PyTorch's OneCycleLR.
  case oneCycle(rise: Double)

  /// The factor for step `step` (from 0) of `stepsPerEpoch`·`epochs`.
  ///
  /// - Parameter warmUpEpochs: ≥ 0; over the first so many epochs the factor also rises in a line from 1/steps to 1.
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
