import Engine
public import Unlearning

/// Laws for every architecture.
public enum ArchitectureLaws {
  /// The laws that the architecture violates on images of `imageShape` `[H, W, C]`, with its defaults and with each of
  /// `examples`.
  public static func violations<A: Architecture>(
    of type: A.Type, imageShape: [Int], examples: Examples = Examples()
  ) throws -> [Violation] {
    func make(_ architecture: A, seed: UInt64) throws -> Classifier {
      try architecture.makeClassifier(imageShape: imageShape, classCount: 3, random: RandomSource(seed: seed))
    }
    let architectures = try examples.plugins(A.self)
    var found: [Violation] = []
    for architecture in architectures {
      let model = try make(architecture, seed: 1)
      if try make(architecture, seed: 1).parameters != model.parameters {
        found.append(Violation(.isDeterministic, "two models differ"))
      }
      let other = try make(architecture, seed: 2)
      // The head is random whatever the body does.
      let body = model.parameters.names.filter { !$0.hasPrefix(Classifier.headPath) }
      if !body.isEmpty, body.allSatisfy({ model.parameters[$0] == other.parameters[$0] }) {
        found.append(Violation(.seedChoosesParameters, "two seeds gave one body"))
      }
      found += violations(of: model)
    }
    let images = images(3, imageShape)
    return found
      + ParameterLaw.violations(architectures, examples) { parameters in
        let model = try make(try A(parameters), seed: 1)
        return [model.parameters, NamedTensors(names: ["logits"], values: [model.evaluate(images).logits])]
      }
  }

  private static func images(_ count: Int, _ imageShape: [Int]) -> Tensor {
    var random = RandomSource(seed: 4)
    return Tensor(normal: [count] + imageShape, random: &random)
  }

  private static func violations(of model: Classifier) -> [Violation] {
    let images = images(3, model.imageShape)
    let output = model.evaluate(images)
    guard output.logits.shape == [3, 3], output.features.shape == [3, model.featureCount] else {
      return [Violation(.outputPerImage, "\(output.features.shape), \(output.logits.shape)")]
    }
    var found: [Violation] = []
    if !output.logits.isFinite { found.append(Violation(.isFinite, "the logits are not")) }
    let alone = model.evaluate(images.rows([1])).logits
    let apart = zip(alone.scalars, output.logits.row(1)).map { abs($0 - $1) }.max() ?? 0
    if apart > 1e-4 { found.append(Violation(.imagesAreIndependent, "a logit moved by \(apart)")) }
    var trained = model
    let (_, gradients, _) = trained.gradient(mode: .train(RandomSource(seed: 5))) { model, pass in
      model(Variable(images), in: pass).logits.crossEntropy([0, 1, 2])
    }
    for (name, gradient) in zip(gradients.names, gradients.values) where gradient.magnitude.sum == 0 {
      found.append(Violation(.everyWeightIsUsed, "'\(name)' has no gradient"))
    }
    if !model.statistics.names.isEmpty, trained.statistics == model.statistics {
      found.append(Violation(.trainingMovesStatistics, "they stayed"))
    }
    return found
  }
}
