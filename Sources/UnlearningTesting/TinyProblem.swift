public import Data
public import Engine
import Logging
public import Unlearning

/// A problem small enough to test laws in milliseconds: four classes of 6×6 images, a model with one hidden layer.
public struct TinyProblem: Sendable {
  /// 24 training and 12 test images per class.
  public private(set) var data: DataSplits
  /// The original model, trained for a few epochs.
  public let original: Classifier
  /// The recipe that it was trained with.
  public let recipe: TrainingRecipe

  /// Each class is a bright spot in its own corner, with added noise.
  public init(seed: UInt64 = 1) throws {
    data = DataSplits(train: Self.images(perClass: 24, seed: seed), test: Self.images(perClass: 12, seed: seed &+ 100))
    var recipe = TrainingRecipe(epochs: 8, learningRate: 0.1, batchSize: 16)
    recipe.schedule = .cosine
    self.recipe = recipe
    original = try Self.run(recipe, seed: seed).train(on: data.train, purpose: "original")
  }

  /// A run for this problem; a call of a method has a request.
  public func run(seed: UInt64 = 1, forgetting request: ForgetRequest? = nil) -> Run {
    var run = Self.run(recipe, seed: seed)
    run.request = request
    return run
  }

  /// The same problem whose data have no sensitive attribute.
  public var withoutGroups: TinyProblem {
    func withoutGroups(_ data: Dataset) -> Dataset {
      Dataset(
        name: data.name, classNames: data.classNames, imageShape: data.imageShape, normalization: data.normalization,
        pixels: data.labels.indices.flatMap(data.bytes), labels: data.labels)
    }
    var problem = self
    problem.data = DataSplits(train: withoutGroups(data.train), test: withoutGroups(data.test))
    return problem
  }

  /// The data split by `request`.
  public func split(_ request: ForgetRequest) throws -> ForgetSplit {
    try request.split(data, random: RandomSource(seed: 5))
  }

  /// An untrained model of the problem's architecture.
  @Sendable public static func makeClassifier(_ random: RandomSource) -> Classifier {
    let body = Sequential([
      ("flatten", Flatten()), ("hidden", Linear(16)), ("norm", BatchNorm(rectified: true)),
    ])
    return Classifier(body: body, imageShape: [6, 6, 1], classCount: 4, random: random)
  }

  private static func run(_ recipe: TrainingRecipe, seed: UInt64) -> Run {
    Run(
      random: RandomSource(seed: seed), recipe: OriginalRecipe(recipe), makeClassifier: makeClassifier,
      log: Logger(label: "laws") { _ in SwiftLogNoOpLogHandler() })
  }

  private static func images(perClass: Int, seed: UInt64) -> Dataset {
    var random = RandomSource(seed: seed)
    var pixels: [UInt8] = []
    var labels: [Int] = []
    for index in 0..<perClass * 4 {
      let label = index % 4
      labels.append(label)
      for y in 0..<6 {
        for x in 0..<6 {
          let isCorner = (y / 3 == label / 2) && (x / 3 == label % 2)
          pixels.append(UInt8(random.integer(below: 120) + (isCorner ? 70 : 0)))
        }
      }
    }
    return Dataset(
      name: "corners", classNames: ["a", "b", "c", "d"], imageShape: [6, 6, 1],
      normalization: Normalization(mean: [0.3], deviation: [0.2]), pixels: pixels, labels: labels,
      attribute: SensitiveAttribute(name: "half", valueNames: ["first", "second"]),
      sensitive: labels.indices.map { $0 / 4 % 2 })
  }
}
