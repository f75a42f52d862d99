/// A part of a model: a description that holds no numbers.
///
/// The model holds its parameters, under the path that the layer is given.
public protocol Layer: Sendable {
  /// Declares parameters and statistics under `path` and returns the output shape for one sample, given its input
  /// shape: `[H, W, C]` or `[D]`.
  func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int]

  /// Applies the layer to a batch, `[N, …]`, with the parameters under `path`.
  func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable
}

/// The parameters and statistics that the layers of a model declare, with their initial values.
public struct Declarations {
  /// Trained by gradients.
  public private(set) var parameters = NamedTensors()
  /// Running statistics, kept by the layers.
  public private(set) var statistics = NamedTensors()
  /// Outputs of each convolution per image.
  private(set) var mapCounts: [Int] = []
  /// The paths of the parameters, also of those that are only counted.
  private(set) var names: [String] = []
  /// Scalars of all parameters together; `Int.max` on overflow.
  private(set) var parameterCount = 0
  /// Outputs per image of the layers that have parameters; `Int.max` on overflow.
  private(set) var outputCount = 0
  /// nil if parameters are only counted.
  private let random: RandomSource?

  /// No declarations; initial values are drawn from the streams of `random` named by the parameters' paths.
  public init(random: RandomSource) { self.random = random }

  /// No declarations; parameters are counted by shape and take no memory.
  init() { random = nil }

  /// Declares a parameter of `shape` whose initial value is drawn by `initial`.
  public mutating func parameter(_ name: String, shape: [Int], _ initial: (inout RandomSource) -> Tensor) {
    parameterCount = parameterCount.addingSaturated(shape.saturatedProduct)
    names.append(name)
    guard let random else { return }
    precondition(parameters[name] == nil, "parameter '\(name)' is declared twice")
    var source = random.stream(name)
    let value = initial(&source)
    precondition(value.shape == shape, "parameter '\(name)' has shape \(value.shape), declared was \(shape)")
    parameters[name] = value
  }

  /// Counts an output of `shape` per image, of a layer with parameters.
  mutating func output(_ shape: [Int]) { outputCount = outputCount.addingSaturated(shape.saturatedProduct) }

  /// Declares a running statistic with its initial value.
  public mutating func statistic(_ name: String, _ initial: Tensor) {
    precondition(statistics[name] == nil, "statistic '\(name)' is declared twice")
    statistics[name] = initial
  }

  /// Counts a feature map of `shape` per image, of a convolution.
  mutating func maps(_ shape: [Int]) { mapCounts.append(shape.reduce(1, *)) }
}

extension String {
  /// The path of a child: `self.name`.
  func below(_ name: String) -> String { isEmpty ? name : "\(self).\(name)" }
}
