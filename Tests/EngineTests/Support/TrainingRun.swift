import Engine
import UnlearningTesting

/// Training steps of a small network with all kinds of layers, for tests of memory and reproducibility.
struct TrainingRun {
  var model: Classifier
  var optimizer = SGD(momentum: 0.9, weightDecay: 5e-4, nesterov: true)
  private let images: Tensor
  private let labels: [Int]
  private var steps = 0

  init(seed: UInt64 = 1, batch: Int = 48) {
    let random = RandomSource(seed: seed)
    let body = Sequential([
      ("thin", Convolution(channels: 6, size: 5, padding: 2)),
      ("conv1", Convolution(channels: 24, size: 3, padding: 1, hasBias: false)), ("bn1", BatchNorm(rectified: true)),
      ("layer1", ResidualBlock(width: 40, stride: 2)), ("pool", AveragePool(size: 2, stride: 2)),
      ("drop", Dropout(rate: 0.2)), ("layer2", ResidualBlock(width: 40)), ("average", GlobalAveragePool()),
    ])
    model = Classifier(body: body, imageShape: [16, 16, 3], classCount: 10, random: random.stream("model"))
    var source = random.stream("images")
    images = Tensor(normal: [batch, 16, 16, 3], random: &source)
    labels = (0..<batch).map { _ in source.integer(below: 10) }
  }

  /// Takes `count` steps and returns the losses.
  mutating func train(steps count: Int) -> [Float] {
    (0..<count).map { _ in
      let (images, labels) = (images, labels)
      let random = RandomSource(seed: 99).stream("step", steps)
      let (loss, gradients, _) = model.gradient(mode: .train(random)) { model, pass in
        model(Variable(images), in: pass).logits.crossEntropy(labels, smoothing: 0.1)
      }
      optimizer.update(&model.parameters, along: gradients, learningRate: 0.05)
      steps += 1
      return loss
    }
  }

  /// The first difference in any bit, or nil.
  func difference(from other: TrainingRun) -> String? {
    Comparison.bitDifference(model.parameters, from: other.model.parameters)
      ?? Comparison.bitDifference(model.statistics, from: other.model.statistics)
  }
}
