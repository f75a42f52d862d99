public import Engine

/// Makes the classifiers of one architecture for images of one shape.
public struct ClassifierFactory: Sendable {
  private let body: any Layer
  private let imageShape: [Int]
  private let classCount: Int
  /// Weights that replace those drawn at random, where they have a tensor; nil for none.
  public var initialWeights: NamedTensors?

  /// A factory for images `[H, W, C]` of `classCount` classes.
  ///
  /// - Throws: `ParameterError` when the architecture does not support such images.
  public init(_ architecture: any Architecture, imageShape: [Int], classCount: Int) throws(ParameterError) {
    body = try architecture.body(imageShape: imageShape)
    (self.imageShape, self.classCount) = (imageShape, classCount)
  }

  /// The size of the classifiers, without making one.
  public var size: ModelSize { ModelSize(body: body, imageShape: imageShape, classCount: classCount) }

  /// A classifier whose parameters are drawn from `random`.
  public func callAsFunction(_ random: RandomSource) -> Classifier {
    var classifier = Classifier(body: body, imageShape: imageShape, classCount: classCount, random: random)
    if let initialWeights { classifier.replaceWeights(by: initialWeights) }
    return classifier
  }
}

extension Architecture {
  /// A classifier with randomly initialized parameters.
  public func makeClassifier(
    imageShape: [Int], classCount: Int, random: RandomSource
  ) throws(ParameterError) -> Classifier {
    try ClassifierFactory(self, imageShape: imageShape, classCount: classCount)(random)
  }
}
