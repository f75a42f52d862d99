import Engine

/// Times each convolution of a model separately, in all three passes.
enum LayerBenchmark {
  private struct Layer {
    var inputs: Int, side: Int, outputs: Int
    var stride = 1, size = 3
    var padding: Int?
    /// How often the model contains it.
    var count = 1
  }

  static func print(model: String, steps: Int) {
    Swift.print(
      """
      | channels | side | to | stride | size | × | GFlop | forward, ms | to data, ms | to weights, ms | GFlop/s |
      | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
      """)
    for layer in layers(of: model) { Swift.print(row(layer, steps)) }
  }

  private static func row(_ layer: Layer, _ steps: Int) -> String {
    var random = RandomSource(seed: 1)
    let images = Tensor(
      normal: [BenchmarkModel.batch, layer.side, layer.side, layer.inputs], random: &random)
    let weights = Tensor(normal: [layer.size, layer.size, layer.inputs, layer.outputs], scale: 0.1, random: &random)
    func run(_ x: Variable, _ w: Variable) -> Variable {
      x.convolution(weights: w, bias: nil, stride: layer.stride, padding: layer.padding ?? layer.size / 2)
    }
    let forward = Stopwatch.seconds(steps) { _ = run(Variable(images), Variable(weights)) }
    let all = [true, false].map { toData in
      Stopwatch.seconds(steps) {
        let tape = Tape()
        let variable = tape.variable(toData ? images : weights)
        let y = toData ? run(variable, Variable(weights)) : run(Variable(images), variable)
        _ = tape.gradients(of: y.sum(), for: [variable])
      }
    }
    // The sum and its gradient are part of the backward passes, so their time is measured and subtracted.
    let y = run(Variable(images), Variable(weights)).value
    let overhead = Stopwatch.seconds(steps) {
      let tape = Tape()
      let variable = tape.variable(y)
      _ = tape.gradients(of: variable.sum(), for: [variable])
    }
    let times = [forward] + all.map { $0 - forward - overhead }
    let side = y.shape[1]
    let products = BenchmarkModel.batch * side * side * layer.size * layer.size * layer.inputs * layer.outputs
    let flops = 2e-9 * Double(products)
    let cells =
      ["\(layer.inputs)", "\(layer.side)", "\(layer.outputs)", "\(layer.stride)", "\(layer.size)", "\(layer.count)"]
      + ([flops] + times.map { 1000 * $0 }).map { rounded($0, 100) } + [rounded(3 * flops / times.reduce(0, +), 1)]
    return "| " + cells.joined(separator: " | ") + " |"
  }

  private static func rounded(_ number: Double, _ parts: Double) -> String {
    let value = (number * parts).rounded() / parts
    return parts == 1 ? "\(Int(value))" : "\(value)"
  }

  private static func layers(of model: String) -> [Layer] {
    switch model {
    case "resnet18":
      return [
        Layer(inputs: 3, side: 32, outputs: 64), Layer(inputs: 64, side: 32, outputs: 64, count: 4),
        Layer(inputs: 64, side: 32, outputs: 128, stride: 2),
        Layer(inputs: 64, side: 32, outputs: 128, stride: 2, size: 1),
        Layer(inputs: 128, side: 16, outputs: 128, count: 3), Layer(inputs: 128, side: 16, outputs: 256, stride: 2),
        Layer(inputs: 128, side: 16, outputs: 256, stride: 2, size: 1),
        Layer(inputs: 256, side: 8, outputs: 256, count: 3), Layer(inputs: 256, side: 8, outputs: 512, stride: 2),
        Layer(inputs: 256, side: 8, outputs: 512, stride: 2, size: 1),
        Layer(inputs: 512, side: 4, outputs: 512, count: 3),
      ]
    case "resnet20", "resnet8":
      let blocks = model == "resnet20" ? 3 : 1
      return [
        Layer(inputs: 3, side: 32, outputs: 16), Layer(inputs: 16, side: 32, outputs: 16, count: 2 * blocks),
        Layer(inputs: 16, side: 32, outputs: 32, stride: 2),
        Layer(inputs: 16, side: 32, outputs: 32, stride: 2, size: 1),
        Layer(inputs: 32, side: 16, outputs: 32, count: 2 * blocks - 1),
        Layer(inputs: 32, side: 16, outputs: 64, stride: 2),
        Layer(inputs: 32, side: 16, outputs: 64, stride: 2, size: 1),
        Layer(inputs: 64, side: 8, outputs: 64, count: 2 * blocks - 1),
      ]
    case "vgg16":
      return [
        Layer(inputs: 3, side: 32, outputs: 64), Layer(inputs: 64, side: 32, outputs: 64),
        Layer(inputs: 64, side: 16, outputs: 128), Layer(inputs: 128, side: 16, outputs: 128),
        Layer(inputs: 128, side: 8, outputs: 256), Layer(inputs: 256, side: 8, outputs: 256, count: 2),
        Layer(inputs: 256, side: 4, outputs: 512), Layer(inputs: 512, side: 4, outputs: 512, count: 2),
        Layer(inputs: 512, side: 2, outputs: 512, count: 3),
      ]
    case "lenet":
      return [
        Layer(inputs: 1, side: 28, outputs: 6, size: 5),
        Layer(inputs: 6, side: 14, outputs: 16, size: 5, padding: 0),
      ]
    default: return []
    }
  }
}
