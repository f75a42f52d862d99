public import Engine
import Foundation

/// A neural estimate of the mutual information of two quantities, a lower bound in nats.
///
/// With joint pairs (a, b), and marginal pairs (a, b̃) whose partner is drawn independently, `Î = mean_i T(a_i, b_i) −
/// log mean_i exp T(a_i, b̃_i)` is the Donsker–Varadhan bound, which is largest if T is the logarithm of the density
/// ratio.
///
/// The gradient of the logarithm over one batch is biased. It is corrected with a running mean of the batch means: the
/// forward value is uncorrected; in the backward pass the derivative with respect to `T_i` is `exp(T_i) / ((m +
/// 1e-18)·N)` with `m ← 0.01·mean_i exp(T_i) + 0.99·m`, where the first m is the first batch's mean. Letters in shapes:
/// `N` pairs, `D` numbers of a pair.
/// - Source: Belghazi et al., ICML 2018, arXiv:1801.04062, equation 5 (the bound) and section 3.2 (the correction);
///   constants as in De Min et al., TMLR 2025, arXiv:2503.09330 (released code).
public struct MutualInformationEstimator: Sendable {
  /// The statistics network T.
  public private(set) var network: StatisticsNetwork
  /// m, the running mean of exp T over marginal pairs; nil before the first estimate.
  public private(set) var runningMean: Double?
  /// The weight of the newest batch in m.
  public static let decay = 0.01
  private var optimizer: SGD
  private let learningRate: Float

  /// An estimator for pairs of `inputs` numbers in total, trained by SGD.
  public init(inputs: Int, hidden: Int = 512, learningRate: Double, momentum: Double = 0.9, random: RandomSource) {
    self.init(
      StatisticsNetwork(inputs: inputs, hidden: hidden, random: random), learningRate: learningRate, momentum: momentum)
  }

  /// An estimator whose T starts as `network`.
  public init(_ network: StatisticsNetwork, learningRate: Double, momentum: Double = 0.9) {
    self.network = network
    optimizer = SGD(momentum: Float(momentum))
    self.learningRate = Float(learningRate)
  }

  /// Î of a batch, as a scalar that is differentiable in `together` and `apart` `[N, D]`; T is unchanged.
  ///
  /// Like every estimate, updates the running mean with the batch.
  public mutating func estimate(together: Variable, apart: Variable) -> Variable {
    bound(network(together), network(apart))
  }

  /// One ascent step of T on the estimate for a batch `[N, D]`; returns the estimate before it, in nats.
  @discardableResult
  public mutating func train(together: Tensor, apart: Tensor) -> Double {
    let tape = Tape()
    let variables = network.parameters.values.map { tape.variable($0) }
    let estimate = bound(network(Variable(together), variables), network(Variable(apart), variables))
    let gradients = tape.gradients(of: -estimate, for: variables)
    optimizer.update(
      &network.parameters, along: NamedTensors(names: Array(network.parameters.names), values: gradients),
      learningRate: learningRate)
    return Double(estimate.value.scalar)
  }

  private mutating func bound(_ together: Variable, _ apart: Variable) -> Variable {
    let logMean = Double(apart.value.logMeanExponential)
    let mean = exp(logMean)
    let running = runningMean.map { Self.decay * mean + (1 - Self.decay) * $0 } ?? mean
    runningMean = running
    return together.mean() - apart.correctedLogMeanExponential(runningMean: running)
  }
}

extension Variable {
  /// log mean exp of all numbers, with `runningMean` instead of the batch's mean in the gradient.
  ///
  /// Forward `log((1/N)·Σ exp x_i)`; backward `exp(x_i) / ((runningMean + 1e-18)·N)`.
  func correctedLogMeanExponential(runningMean: Double) -> Variable {
    let x = value
    return Variable.operation(Tensor(x.logMeanExponential), of: [self]) { gradient in
      let factor = Double(gradient.scalar) / ((runningMean + 1e-18) * Double(x.count))
      return [Float(factor) * x.exponential]
    }
  }
}

extension Tensor {
  /// log mean exp of all numbers, numerically stable.
  fileprivate var logMeanExponential: Float { Variable(self).logMeanExponential().value.scalar }
}
