/// A part of a model: a description without numbers.
///
/// Its parameters live in the model, under the path it is given.
public protocol Layer: Sendable {
  /// Declares parameters and statistics under `path` and returns the shape of one output, given that of one input:
  /// `[H, W, C]` or `[D]`.
  func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int]

  /// Runs the layer on a batch.
  func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable
}

/// The parameters and statistics that the layers of a model declare, with their initial values.
public struct Declarations {
  /// Trained by gradients.
  public private(set) var parameters = NamedTensors()
  /// Running statistics, kept by the layers.
  public private(set) var statistics = NamedTensors()
  /// How many numbers each convolution makes of one image.
  private(set) var mapCounts: [Int] = []
  /// Numbers of all parameters together; `Int.max` where they are more.
  private(set) var parameterCount = 0
  /// Numbers that the layers with parameters make of one image, likewise.
  private(set) var outputCount = 0
  /// nil where parameters are only counted.
  private let random: RandomSource?

  /// Nothing declared; initial values are drawn from streams of `random` named by the parameters' paths.
  public init(random: RandomSource) { self.random = random }

  /// Nothing declared; parameters are counted by their shapes and take no memory.
  init() { random = nil }

  /// Declares a parameter of `shape` whose initial value is drawn by `initial`.
  public mutating func parameter(_ name: String, shape: [Int], _ initial: (inout RandomSource) -> Tensor) {
    parameterCount = parameterCount.addingSaturated(shape.saturatedProduct)
    guard let random else { return }
    precondition(parameters[name] == nil, "parameter '\(name)' is declared twice")
    var source = random.stream(name)
    let value = initial(&source)
    precondition(value.shape == shape, "parameter '\(name)' has shape \(value.shape), declared was \(shape)")
    parameters[name] = value
  }

  /// Notes that a layer with parameters makes an output of `shape` of one image.
  mutating func output(_ shape: [Int]) { outputCount = outputCount.addingSaturated(shape.saturatedProduct) }

  /// Declares a running statistic.
  public mutating func statistic(_ name: String, _ initial: Tensor) {
    precondition(statistics[name] == nil, "statistic '\(name)' is declared twice")
    statistics[name] = initial
  }

  /// Notes that a convolution makes maps of `shape` of one image.
  mutating func maps(_ shape: [Int]) { mapCounts.append(shape.reduce(1, *)) }
}

extension String {
  /// A path below this one.
  func below(_ name: String) -> String { isEmpty ? name : "\(self).\(name)" }
}
