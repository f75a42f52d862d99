public import Engine

/// T of a neural estimate of mutual information: `Linear(D, 512)`, ReLU, `Linear(512, 1)`.
///
/// - Source: Belghazi, Baratin, Rajeswar, Ozair, Bengio, Courville, Hjelm, ICML 2018, arXiv:1801.04062, section 3;
///   sizes as in De Min et al., TMLR 2025, arXiv:2503.09330 (released code).
public struct StatisticsNetwork: Sendable {
  /// "hidden.weight" `[H, D]`, "hidden.bias" `[H]`, "output.weight" `[1, H]`, "output.bias" `[1]`.
  public var parameters: NamedTensors

  /// A network with random parameters for `inputs` numbers.
  ///
  /// Weights and biases are drawn uniformly from ±1/√(inputs of the layer), as in PyTorch.
  public init(inputs: Int, hidden: Int = 512, random: RandomSource) {
    func draw(_ name: String, _ shape: [Int], _ fanIn: Int) -> Tensor {
      var source = random.stream(name)
      let bound = Float(1 / Double(fanIn).squareRoot())
      return Tensor(uniform: shape, low: -bound, high: bound, random: &source)
    }
    parameters = NamedTensors(
      names: ["hidden.weight", "hidden.bias", "output.weight", "output.bias"],
      values: [
        draw("hidden.weight", [hidden, inputs], inputs), draw("hidden.bias", [hidden], inputs),
        draw("output.weight", [1, hidden], hidden), draw("output.bias", [1], hidden),
      ])
  }

  /// T of every row of `inputs` `[N, D]`, as `[N, 1]`; the parameters are constants unless `variables` are given.
  func callAsFunction(_ inputs: Variable, _ variables: [Variable]? = nil) -> Variable {
    let p = variables ?? parameters.values.map { Variable($0) }
    return inputs.linear(weights: p[0], bias: p[1]).rectified().linear(weights: p[2], bias: p[3])
  }
}
