@testable import Engine
import Testing
import UnlearningTesting

/// A model with convolution, normalization, pooling and a residual block, and the same model in double precision.
private struct SmallModel {
  static let imageShape = [6, 5, 2]
  static let classCount = 3
  static let labels = [2, 0, 1, 2]

  var model: Classifier
  var images: Numbers

  init() {
    let random = RandomSource(seed: 12)
    let body = Sequential([
      ("conv1", Convolution(channels: 3, size: 3, padding: 1, hasBias: false)), ("bn1", BatchNorm()),
      ("relu", ReLU()), ("pool", MaxPool(size: 2, stride: 2)),
      ("layer1", Sequential([("0", ResidualBlock(width: 4, stride: 1))])), ("average", GlobalAveragePool()),
    ])
    model = Classifier(
      body: body, imageShape: Self.imageShape, classCount: Self.classCount, random: random.stream("model"))
    var source = random.stream("numbers")
    // Scales of 1, shifts of 0 and initial statistics would hide mistakes.
    for (name, value) in zip(model.parameters.names, model.parameters.values) where value.shape.count == 1 {
      model.parameters[name] = Tensor(uniform: value.shape, low: 0.3, high: 1.3, random: &source)
    }
    model.statistics = model.statistics.mapValues { Tensor(uniform: $0.shape, low: 0.4, high: 1.2, random: &source) }
    images = Numbers(uniform: [Self.labels.count] + Self.imageShape, random: &source)
  }

  /// Features and logits; `parameters` are in the order of the model's names.
  func reference(_ images: Numbers, _ parameters: [Numbers], training: Bool) -> (features: Numbers, logits: Numbers) {
    let named = Dictionary(uniqueKeysWithValues: zip(model.parameters.names, parameters))
    func parameter(_ name: String) -> Numbers {
      guard let found = named[name] else { preconditionFailure("no parameter '\(name)'") }
      return found
    }
    func normalized(_ x: Numbers, _ name: String, residual: Numbers? = nil, rectified: Bool) -> Numbers {
      var fixed: (mean: [Double], variance: [Double])?
      if !training, let mean = model.statistics["\(name).running_mean"],
        let variance = model.statistics["\(name).running_var"]
      {
        fixed = (Numbers(mean).values, Numbers(variance).values)
      }
      return referenceBatchNorm(
        x, scale: parameter("\(name).weight"), shift: parameter("\(name).bias"), statistics: fixed, residual: residual,
        rectified: rectified)
    }
    func convolved(_ x: Numbers, _ name: String, padding: Int) -> Numbers {
      referenceConvolution(x, parameter("\(name).weight"), bias: nil, stride: 1, padding: padding, groups: 1)
    }
    var x = normalized(convolved(images, "conv1", padding: 1), "bn1", rectified: true)
    x = referencePool(x, size: 2, stride: 2, padding: 0) { $0.reduce(-.infinity, max) }
    let residual = normalized(convolved(x, "layer1.0.shortcut.0", padding: 0), "layer1.0.shortcut.1", rectified: false)
    let hidden = normalized(convolved(x, "layer1.0.conv1", padding: 1), "layer1.0.bn1", rectified: true)
    x = normalized(
      convolved(hidden, "layer1.0.conv2", padding: 1), "layer1.0.bn2", residual: residual, rectified: true)
    let features = referenceGlobalAverage(x)
    return (features, referenceLinear(features, parameter("head.weight"), parameter("head.bias")))
  }

  func referenceLoss(_ images: Numbers, _ parameters: [Numbers], training: Bool) -> Double {
    var targets = Numbers(zeros: [Self.labels.count, Self.classCount])
    for (row, label) in Self.labels.enumerated() { targets.values[row * Self.classCount + label] = 1 }
    return referenceCrossEntropy(reference(images, parameters, training: training).logits, targets).values[0]
  }
}

@Suite struct ClassifierTests {
  private let small = SmallModel()

  private func mode(_ training: Bool) -> Mode { training ? .train(RandomSource(seed: 1)) : .evaluate }
  private var parameters: [Numbers] { small.model.parameters.values.map { Numbers($0) } }

  @Test func evaluationAgreesWithTheReference() {
    let (features, logits) = small.model.evaluate(small.images.tensor)
    let expected = small.reference(small.images, parameters, training: false)
    let tolerance = Tolerance(absolute: 1e-5, relative: 1e-5)
    #expect(Comparison.difference(features, from: expected.features.tensor, within: tolerance) == nil)
    #expect(Comparison.difference(logits, from: expected.logits.tensor, within: tolerance) == nil)
  }

  /// A narrow network on 32×32 images is evaluated in slices of 64 images; a wide one, whose weights dominate, is not.
  @Test func manyImagesAreEvaluatedSomeAtATime() {
    func model(width: Int, blocks: Int) -> Classifier {
      let layers: [(name: String, layer: any Layer)] = (0..<blocks).map { ("\($0)", ResidualBlock(width: width)) }
      return Classifier(
        body: Sequential(layers + [("average", GlobalAveragePool())]), imageShape: [32, 32, 3], classCount: 5,
        random: RandomSource(seed: 6))
    }
    let thin = model(width: 16, blocks: 2)
    #expect(thin.sliceLimit == 64)
    let wide = model(width: 256, blocks: 1)
    #expect(wide.sliceLimit == .max)
    #expect(wide.evaluate(Tensor(zeros: [2, 32, 32, 3])).logits.shape == [2, 5])
    var random = RandomSource(seed: 7)
    let images = Tensor(normal: [150, 32, 32, 3], random: &random)
    let (features, logits) = thin.evaluate(images)
    let parts = [0..<1, 1..<40, 40..<150].map { thin.evaluate(images.rows($0)) }
    #expect(Comparison.bitDifference(features, from: .concatenated(parts.map(\.features))) == nil)
    #expect(Comparison.bitDifference(logits, from: .concatenated(parts.map(\.logits))) == nil)
  }

  @Test(arguments: [true, false]) func gradientsOfAllParameters(training: Bool) {
    var model = small.model
    let before = model.statistics
    let (value, gradients, _) = model.gradient(mode: mode(training)) { model, pass in
      model(Variable(small.images.tensor), in: pass).logits.crossEntropy(SmallModel.labels)
    }
    let expected = small.referenceLoss(small.images, parameters, training: training)
    #expect((Double(value) - expected).magnitude < 1e-5)
    #expect(gradients.names == model.parameters.names)
    #expect((model.statistics == before) == !training, "only a training pass moves the statistics")
    let check = GradientCheck(inputs: parameters, coordinates: 10, tolerance: 2e-4) {
      small.referenceLoss(small.images, $0, training: training)
    }
    var random = RandomSource(seed: 2)
    #expect(check.violations(of: gradients.values, random: &random) == [])
  }

  @Test(arguments: [true, false]) func gradientOfTheImages(training: Bool) {
    let tape = Tape()
    let images = tape.variable(small.images.tensor)
    let pass = Pass(
      parameters: small.model.parameters, statistics: small.model.statistics, mode: mode(training), tape: nil)
    let loss = small.model(images, in: pass).logits.crossEntropy(SmallModel.labels)
    let gradient = tape.gradients(of: loss, for: [images])
    let check = GradientCheck(inputs: [small.images], tolerance: 2e-4) {
      small.referenceLoss($0[0], parameters, training: training)
    }
    var random = RandomSource(seed: 3)
    #expect(check.violations(of: gradient, random: &random) == [])
  }

  /// A loss of the features only: all layers before them get a gradient, the head gets none.
  @Test func gradientsThroughTheFeatures() {
    var model = small.model
    var random = RandomSource(seed: 4)
    let weights = Numbers(uniform: [SmallModel.labels.count, model.featureCount], random: &random)
    let (_, gradients, unreached) = model.gradient(mode: .evaluate) { model, pass in
      let features = model(Variable(small.images.tensor), in: pass).features
      return weightedSum(features * features, weights)
    }
    let check = GradientCheck(inputs: parameters, coordinates: 6, tolerance: 2e-4) {
      let features = small.reference(small.images, $0, training: false).features
      return zip(features.values, weights.values).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    }
    #expect(check.violations(of: gradients.values, random: &random) == [])
    #expect(unreached == ["head.weight", "head.bias"])
    for name in unreached {
      #expect(gradients[name]?.scalars.allSatisfy { $0 == 0 } == true, "\(name)")
    }
  }

  /// Features are intermediate values: their gradient is computed like any other.
  @Test func gradientOfTheFeatures() {
    let tape = Tape()
    let pass = Pass(
      parameters: small.model.parameters, statistics: small.model.statistics, mode: .evaluate, tape: tape)
    let (features, logits) = small.model(Variable(small.images.tensor), in: pass)
    let gradient = tape.gradients(of: logits.crossEntropy(SmallModel.labels), for: [features])
    let head = (Numbers(small.model.headWeights), Numbers(pass.parameter("head.bias").value))
    let check = GradientCheck(inputs: [Numbers(features.value)]) { inputs in
      var targets = Numbers(zeros: [SmallModel.labels.count, SmallModel.classCount])
      for (row, label) in SmallModel.labels.enumerated() { targets.values[row * SmallModel.classCount + label] = 1 }
      return referenceCrossEntropy(referenceLinear(inputs[0], head.0, head.1), targets).values[0]
    }
    var random = RandomSource(seed: 5)
    #expect(check.violations(of: gradient, random: &random) == [])
  }

  @Test func copiesAreSnapshots() throws {
    var model = small.model
    let snapshot = model
    var optimizer = SGD()
    let (_, gradients, _) = model.gradient(mode: mode(true)) { model, pass in
      model(Variable(small.images.tensor), in: pass).logits.crossEntropy(SmallModel.labels)
    }
    optimizer.update(&model.parameters, along: gradients, learningRate: 0.1)
    #expect(Comparison.bitDifference(snapshot.parameters, from: small.model.parameters) == nil)
    #expect(Comparison.bitDifference(snapshot.statistics, from: small.model.statistics) == nil)
    #expect(model.parameters != snapshot.parameters)
    #expect(model.statistics != snapshot.statistics)
  }

  @Test func initialValuesDependOnlyOnSeedAndPath() {
    func model(seed: UInt64, extra: Bool) -> NamedTensors {
      let layers: [(name: String, layer: any Layer)] =
        [("conv1", Convolution(channels: 4, size: 3, padding: 1))]
        + (extra ? [("conv2", Convolution(channels: 4, size: 3, padding: 1))] : [])
        + [("average", GlobalAveragePool())]
      return Classifier(
        body: Sequential(layers), imageShape: [5, 5, 3], classCount: 2, random: RandomSource(seed: seed)
      ).parameters
    }
    let (plain, longer) = (model(seed: 1, extra: false), model(seed: 1, extra: true))
    #expect(longer.count == plain.count + 2)
    for name in plain.names { #expect(longer[name] == plain[name], "\(name)") }
    #expect(model(seed: 2, extra: false)["conv1.weight"] != plain["conv1.weight"])
    #expect(longer["conv1.weight"] != longer["conv2.weight"])
  }
}

@Suite("blocks of a classifier") struct ClassifierBlockTests {
  @Test("what is after each block gives the features of the whole from the output of the block") func cuts() {
    let small = SmallModel()
    let model = small.model
    #expect(model.blockNames == ["conv1", "layer1"])
    let images = small.images.tensor
    let expected = model.evaluate(images).features
    for count in 1...2 {
      let output = model.evaluate(images, throughBlocks: count)
      let rest = model.remainder(afterBlocks: count, then: [], classCount: 2, random: RandomSource(seed: 3))
      #expect(rest.imageShape == Array(output.shape.dropFirst()))
      let found = rest.evaluate(output)
      #expect(found.features.scalars == expected.scalars)
      #expect(found.logits.shape == [expected.shape[0], 2])
    }
    #expect(
      model.remainder(afterBlocks: 1, then: [], classCount: 2, random: RandomSource(seed: 3)).parameters.names
        .contains("layer1.0.conv1.weight"))
  }

  @Test("a body that is one layer is one block, and one without weights has none") func single() {
    func model(_ body: any Layer) -> Classifier {
      Classifier(body: body, imageShape: [2, 2, 1], classCount: 2, random: RandomSource(seed: 1))
    }
    #expect(model(Flatten()).blockNames.isEmpty)
    let one = model(Sequential([("flatten", Flatten()), ("fc", Linear(3)), ("relu", ReLU())]))
    #expect(one.blockNames == ["fc"])
    #expect(one.remainder(afterBlocks: 1, then: [], classCount: 5, random: RandomSource(seed: 1)).imageShape == [3])
  }
}
