import Engine
import Unlearning
import UnlearningTesting

/// A flat image, then a layer that a test chose.
protocol MutantArchitecture: Architecture {
  var layer: MutantLayer { get }
}

extension MutantArchitecture {
  static var card: Card { .mutant() }
  func body(imageShape: [Int]) -> any Layer { Sequential([("flatten", Flatten()), ("mutant", layer)]) }
}

/// As many features as inputs: the product with its weights, unless another way to make them is given.
struct MutantLayer: Layer {
  /// The weights `[D, D]`; nil for none.
  var weights: (@Sendable (_ shape: [Int], inout RandomSource) -> Tensor)? = { Tensor(normal: $0, random: &$1) }
  var hasStatistics = false
  var features: @Sendable (_ x: Variable, _ weights: Variable?) -> Variable = { x, weights in
    weights.map { x.linear(weights: $0, bias: nil) } ?? x
  }

  func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] {
    let shape = [input[0], input[0]]
    if let weights { declarations.parameter("\(path).weight", shape: shape) { weights(shape, &$0) } }
    if hasStatistics { declarations.statistic("\(path).mean", Tensor(zeros: input)) }
    return input
  }

  func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable {
    features(x, weights == nil ? nil : pass.parameter("\(path).weight"))
  }
}

/// Architectures that break a law.
enum ArchitectureMutants {
  private static func mutant<A: Architecture>(_ type: A.Type, breaks law: Law) -> Mutant {
    Mutant(type, breaks: law) { try ArchitectureLaws.violations(of: type, imageShape: [4, 4, 1]) }
  }

  static let all = [
    mutant(Unseeded.self, breaks: .isDeterministic), mutant(Constant.self, breaks: .seedChoosesParameters),
    mutant(Merging.self, breaks: .outputPerImage), mutant(Exploding.self, breaks: .isFinite),
    mutant(Sharing.self, breaks: .imagesAreIndependent), mutant(Idle.self, breaks: .everyWeightIsUsed),
    mutant(Frozen.self, breaks: .trainingMovesStatistics), mutant(Deaf.self, breaks: .everyParameterActs),
  ]

  /// Draws from the system's randomness.
  struct Unseeded: MutantArchitecture {
    var layer: MutantLayer {
      MutantLayer(weights: { shape, _ in
        Tensor((0..<shape[0] * shape[1]).map { _ in Float.random(in: 0...1) }, shape: shape)
      })
    }
  }

  /// Begins with the same weights whatever the seed.
  struct Constant: MutantArchitecture {
    var layer: MutantLayer { MutantLayer(weights: { shape, _ in Tensor(repeating: 0.1, shape: shape) }) }
  }

  /// Makes one row of features of all images.
  struct Merging: MutantArchitecture {
    var layer: MutantLayer {
      MutantLayer(
        weights: nil, features: { x, _ in Variable(Tensor(repeating: 1, shape: [1, x.shape[0]])).product(x) })
    }
  }

  struct Exploding: MutantArchitecture {
    var layer: MutantLayer {
      MutantLayer(weights: { shape, random in
        Tensor(normal: shape, random: &random).affine(scale: 1e38, shift: 0)
      })
    }
  }

  /// The features of an image depend on how many others there are.
  struct Sharing: MutantArchitecture {
    var layer: MutantLayer { MutantLayer(weights: nil, features: { x, _ in (1 / Float(x.shape[0])) * x }) }
  }

  /// Has weights that it does not use.
  struct Idle: MutantArchitecture {
    var layer: MutantLayer { MutantLayer(features: { x, _ in x }) }
  }

  /// Has statistics that stay as they are.
  struct Frozen: MutantArchitecture {
    var layer: MutantLayer { MutantLayer(hasStatistics: true) }
  }

  /// Does not look at its parameter.
  struct Deaf: MutantArchitecture {
    @Parameter("how wide", .closed(1, 9)) var width = 3
    var layer: MutantLayer { MutantLayer() }
  }
}
