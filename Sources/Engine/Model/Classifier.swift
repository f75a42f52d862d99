/// An image classifier: a body that turns images into features, and a linear head that turns features into logits.
///
/// A value: a copy is a snapshot, and training a copy leaves the original as it is.
public struct Classifier: Sendable {
  /// `[H, W, C]` of one image.
  public let imageShape: [Int]
  /// K, the number of classes.
  public let classCount: Int
  /// D, the length of the feature vector that enters the head.
  public let featureCount: Int
  /// The trained tensors, by path.
  public var parameters: NamedTensors
  /// Running statistics of the normalization layers.
  public var statistics: NamedTensors
  let body: any Layer
  private let head: Linear
  /// The largest number of images that are evaluated together.
  let sliceLimit: Int

  /// The path of the last linear layer: its weight is `[K, D]`, its bias `[K]`.
  public static let headPath = "head"

  /// A classifier with fresh parameters, each drawn from the stream of `random` that its path names.
  ///
  /// `body` turns images `[N, H, W, C]` into features `[N, D]`.
  public init(body: any Layer, imageShape: [Int], classCount: Int, random: RandomSource) {
    precondition(classCount >= 1, "a classifier needs classes")
    var declarations = Declarations(random: random)
    let features = body.declare(at: "", input: imageShape, in: &declarations)
    precondition(features.count == 1, "the body must end in rows of features, not in \(features)")
    head = Linear(classCount)
    _ = head.declare(at: Classifier.headPath, input: features, in: &declarations)
    self.body = body
    self.imageShape = imageShape
    self.classCount = classCount
    featureCount = features[0]
    parameters = declarations.parameters
    statistics = declarations.statistics
    sliceLimit = Self.sliceLimit(
      maps: declarations.mapCounts, weights: declarations.parameters.values.reduce(0) { $0 + $1.count })
  }

  /// Runs images `[N, H, W, C]` forward: features `[N, D]` (the input of the head) and logits `[N, K]`.
  public func callAsFunction(_ images: Variable, in pass: Pass) -> (features: Variable, logits: Variable) {
    precondition(Array(images.shape.dropFirst()) == imageShape, "images \(images.shape), model of \(imageShape)")
    let features = body(images, at: "", in: pass)
    return (features, head(features, at: Classifier.headPath, in: pass))
  }

  /// Features `[N, D]` and logits `[N, K]` of images `[N, H, W, C]` in evaluate mode, without a tape.
  ///
  /// In small networks the images go through the body in slices; this does not change the results.
  public func evaluate(_ images: Tensor) -> (features: Tensor, logits: Tensor) {
    let pass = Pass(parameters: parameters, statistics: statistics, mode: .evaluate, tape: nil)
    let count = images.shape[0]
    guard count > sliceLimit else {
      let (features, logits) = self(Variable(images), in: pass)
      return (features.value, logits.value)
    }
    let slices = (count - 1) / sliceLimit + 1
    let features = Tensor.concatenated(
      (0..<slices).map { slice in
        body(Variable(images.rows(count * slice / slices..<count * (slice + 1) / slices)), at: "", in: pass).value
      })
    return (features, head(Variable(features), at: Classifier.headPath, in: pass).value)
  }

  /// The number of images whose largest feature map stays in the caches until it is read; no limit where preparing the
  /// weights for every slice would cost more than moving the maps to memory and back.
  private static func sliceLimit(maps: [Int], weights: Int) -> Int {
    let cachedNumbers = 1 << 20, weightCost = 8
    guard let greatest = maps.max() else { return .max }
    let limit = max(1, cachedNumbers / greatest)
    return weightCost * weights <= limit * maps.reduce(0, +) ? limit : .max
  }

  /// Value and gradient, with respect to all parameters, of a loss of this model.
  ///
  /// `loss` runs the model in the given pass and returns a scalar. In train mode the batch updates the model's running
  /// statistics; nothing else of `self` changes.
  /// - Returns: The loss, its gradients, and the names of the parameters that the loss does not depend on; their
  ///   gradients are 0.
  public mutating func gradient(
    mode: Mode, of loss: (Classifier, Pass) throws -> Variable
  ) rethrows -> (value: Float, gradients: NamedTensors, unreached: Set<String>) {
    let tape = Tape()
    let pass = Pass(parameters: parameters, statistics: statistics, mode: mode, tape: tape)
    let value = try loss(self, pass)
    let variables = parameters.names.map { pass.parameter($0) }
    let reached = tape.reachedGradients(of: value, for: variables)
    statistics = pass.statistics
    let gradients = zip(reached, variables).map { $0 ?? Tensor(zeros: $1.value.shape) }
    let unreached = zip(parameters.names, reached).filter { $1 == nil }.map(\.0)
    return (
      value.value.scalar, NamedTensors(names: Array(parameters.names), values: gradients), Set(unreached)
    )
  }

  /// The weight matrix W of the head, `[K, D]`; row k belongs to class k.
  public var headWeights: Tensor {
    guard let weight = parameters["\(Classifier.headPath).weight"] else { preconditionFailure("the head has a weight") }
    return weight
  }
}
