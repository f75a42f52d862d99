/// The size of a model, computed from shapes only: nothing is allocated, so the model may be larger than memory.
public struct ModelSize: Sendable, Hashable {
  /// Scalars of all parameters together; `Int.max` on overflow.
  public let parameters: Int
  /// D, the length of the feature vector that enters the head.
  public let features: Int
  /// Pixels of one image plus the outputs of every layer with parameters.
  public let numbersPerImage: Int

  /// The size of a classifier with this body, for images `[H, W, C]`.
  public init(body: any Layer, imageShape: [Int], classCount: Int) {
    var declarations = Declarations()
    let features = body.declare(at: "", input: imageShape, in: &declarations)
    precondition(features.count == 1, "the body must end in rows of features, not in \(features)")
    _ = Linear(classCount).declare(at: Classifier.headPath, input: features, in: &declarations)
    parameters = declarations.parameterCount
    self.features = features[0]
    numbersPerImage = declarations.outputCount.addingSaturated(imageShape.saturatedProduct)
  }

  /// Estimated peak bytes of tensors in a training step; `Int.max` on overflow.
  ///
  /// 4 bytes · (`copies` · parameters + 2 · `batch` · numbers per image): the outputs are kept for the backward pass,
  /// and saved values of operations and gradients in flight take about as much again. `copies` counts the tensors held
  /// per parameter: itself, its gradient, and the optimizer's state.
  public func trainingBytes(batch: Int, copies: Int) -> Int {
    let outputs = [2, batch, numbersPerImage].saturatedProduct
    return [4, [copies, parameters].saturatedProduct.addingSaturated(outputs)].saturatedProduct
  }
}

extension Int {
  /// The sum of two counts, or `Int.max` on overflow.
  func addingSaturated(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

extension [Int] {
  /// The product of the counts, or `Int.max` on overflow.
  var saturatedProduct: Int {
    reduce(1) { product, factor in
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      return overflow ? .max : next
    }
  }
}
