import Engine
public import Unlearning

/// Laws for every architecture.
public enum ArchitectureLaws {
  /// The laws that `architecture` violates on images of `imageShape` `[H, W, C]`.
  public static func violations<A: Architecture>(
    of type: A.Type, imageShape: [Int], parameters: A = A()
  ) throws -> [Violation] {
    let architecture = try A(parameters)
    func make(_ seed: UInt64) throws -> Classifier {
      try architecture.makeClassifier(imageShape: imageShape, classCount: 3, random: RandomSource(seed: seed))
    }
    var model = try make(1)
    var found: [Violation] = []
    if try make(1).parameters != model.parameters {
      found.append(Violation("same seed, same parameters", "two models differ"))
    }
    if try make(2).parameters == model.parameters {
      found.append(Violation("the seed chooses the parameters", "two seeds gave one model"))
    }
    var random = RandomSource(seed: 4)
    let images = Tensor(normal: [3] + imageShape, random: &random)
    let output = model.evaluate(images)
    if output.logits.shape != [3, 3] || output.features.shape != [3, model.featureCount] {
      found.append(Violation("features and logits of every image", "\(output.features.shape), \(output.logits.shape)"))
    }
    if !output.logits.isFinite { found.append(Violation("finite", "the logits are not")) }
    let before = model.statistics
    let alone = model.evaluate(images.rows([1])).logits
    let apart = zip(alone.scalars, output.logits.row(1)).map { abs($0 - $1) }.max() ?? 0
    if apart > 1e-4 {
      found.append(Violation("images do not see each other when evaluated", "a logit moved by \(apart)"))
    }
    let (_, gradients, _) = model.gradient(mode: .train(RandomSource(seed: 5))) { model, pass in
      model(Variable(images), in: pass).logits.crossEntropy([0, 1, 2])
    }
    for (name, gradient) in zip(gradients.names, gradients.values) where gradient.magnitude.sum == 0 {
      found.append(Violation("every parameter is used", "'\(name)' has no gradient"))
    }
    if !before.names.isEmpty, model.statistics == before {
      found.append(Violation("training moves the running statistics", "they stayed"))
    }
    return found
  }
}
