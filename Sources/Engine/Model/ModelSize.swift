/// How large a model is, counted from shapes alone: nothing is allocated, so a model of any size can be asked about.
public struct ModelSize: Sendable, Hashable {
  /// Numbers of all parameters together; `Int.max` where they are more.
  public let parameters: Int
  /// D, the length of the feature vector that enters the head.
  public let features: Int
  /// Numbers that one image goes through: its pixels, and the output of every layer with parameters.
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

  /// About how many bytes of tensors a training step holds at its peak; `Int.max` where they are more.
  ///
  /// 4 bytes · (`copies` · parameters + 2 · `batch` · numbers per image): the outputs are kept for the backward pass, and
  /// as much again is taken by what operations keep beside them and by gradients under way.
  ///
  /// - Parameter copies: Of the parameters: themselves, their gradients, and what the optimiser keeps.
  public func trainingBytes(batch: Int, copies: Int) -> Int {
    let outputs = [2, batch, numbersPerImage].saturatedProduct
    return [4, [copies, parameters].saturatedProduct.addingSaturated(outputs)].saturatedProduct
  }
}

extension Int {
  /// The sum of two counts, or `Int.max`.
  func addingSaturated(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

extension [Int] {
  /// The product of counts, or `Int.max`.
  var saturatedProduct: Int {
    reduce(1) { product, factor in
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      return overflow ? .max : next
    }
  }
}
