public import Data
public import Engine
public import Unlearning

/// A mask of the parameters with the largest loss gradients on some data: 1 for trainable entries, 0 for fixed ones.
///
/// Saliency is `|G|` with `G = Σ_batches ∇_θ mean_batch(CE)`: signed gradients of batch means are summed in evaluate
/// mode, and the absolute value is taken of the sum only. Of all parameters together, not layer by layer, the largest
/// ⌊ratio·count⌋ are selected; among equal ones the first, in the order of the parameters' declaration.
/// - Source: Fan et al., ICLR 2024, arXiv:2310.12508, equation 3; code OPTML-Group/Unlearn-Saliency (a6e89fd),
///   Classification/generate_mask.py.
/// - Note: Batches come in the order of the data set, without augmentation; the code shuffles and augments them.
public struct SaliencyMask: Sendable {
  /// 1 or 0 for every parameter, under the names of the model's parameters.
  public let values: NamedTensors
  /// The number of trainable parameters, the ones of the mask.
  public let selectedCount: Int

  /// Computes the mask from the gradients of `model` on `data`.
  ///
  /// - Parameter ratio: The share of parameters to select, in (0, 1].
  /// - Throws: `UnlearningError` when the gradients are not finite or the run ends early.
  public init(of model: Classifier, on data: Dataset, ratio: Double, batchSize: Int, run: Run) throws(UnlearningError) {
    var model = model
    var sums = model.parameters.mapValues { Tensor(zeros: $0.shape) }
    for batch in data.batches(of: batchSize) {
      try run.checkpoint()
      let gradients = model.gradient(mode: .evaluate) { model, pass in
        model(Variable(batch.images), in: pass).logits.crossEntropy(batch.labels)
      }.gradients
      sums = sums.zip(gradients) { $0 + $1 }
    }
    guard sums.isFinite else { throw .lossNotFinite(epoch: 0, step: 0) }
    self.init(saliency: sums.mapValues(\.magnitude), ratio: ratio)
  }

  /// The mask of the largest values of `saliency`, which must be ≥ 0.
  public init(saliency: NamedTensors, ratio: Double) {
    precondition(ratio > 0 && ratio <= 1, "a ratio lies in (0, 1], not \(ratio)")
    selectedCount = Int(ratio * Double(saliency.scalarCount))
    let (threshold, larger) = Self.threshold(of: saliency, rank: selectedCount)
    var equalsLeft = selectedCount - larger
    values = saliency.mapValues { tensor in
      let mask: [Float] = tensor.scalars.map { value in
        if value.bitPattern > threshold { return 1 }
        guard value.bitPattern == threshold, equalsLeft > 0 else { return 0 }
        equalsLeft -= 1
        return 1
      }
      return Tensor(mask, shape: tensor.shape)
    }
  }

  /// The bit pattern of the `rank`-th largest number, counted from 1, and how many numbers are larger.
  ///
  /// The bits of floating-point numbers ≥ 0 are in the order of the numbers, so two counts, of their upper and of their
  /// lower halves, find it without sorting.
  private static func threshold(of numbers: NamedTensors, rank: Int) -> (bits: UInt32, larger: Int) {
    guard rank > 0 else { return (.max, 0) }
    func place(_ counts: [Int], _ rank: Int) -> (digit: Int, larger: Int) {
      var larger = 0
      for digit in counts.indices.reversed() {
        if larger + counts[digit] >= rank { return (digit, larger) }
        larger += counts[digit]
      }
      return (0, larger)
    }
    var upper = [Int](repeating: 0, count: 1 << 16)
    for tensor in numbers.values {
      for value in tensor.scalars { upper[Int(value.bitPattern >> 16)] += 1 }
    }
    let high = place(upper, rank)
    var lower = [Int](repeating: 0, count: 1 << 16)
    for tensor in numbers.values {
      for value in tensor.scalars where Int(value.bitPattern >> 16) == high.digit {
        lower[Int(value.bitPattern & 0xffff)] += 1
      }
    }
    let low = place(lower, rank - high.larger)
    return (UInt32(high.digit) << 16 | UInt32(low.digit), high.larger + low.larger)
  }
}
