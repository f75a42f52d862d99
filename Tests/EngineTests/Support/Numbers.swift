import Engine
import Foundation

/// A dense, row-major array in double precision: what the reference computations of these tests work on.
struct Numbers: Sendable {
  var shape: [Int]
  var values: [Double]

  init(_ values: [Double], shape: [Int]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) numbers do not fill \(shape)")
    self.shape = shape
    self.values = values
  }

  init(zeros shape: [Int]) {
    self.init(Array(repeating: 0, count: shape.reduce(1, *)), shape: shape)
  }

  init(_ tensor: Tensor) {
    self.init(tensor.scalars.map(Double.init), shape: tensor.shape)
  }

  /// Uniform numbers that Float32 holds exactly, so that engine and reference start from the same ones.
  ///
  /// - Parameter gap: No number is nearer to zero than this; keeps the kinks of ReLU and magnitude out of the way.
  init(
    uniform shape: [Int], from low: Double = -1, to high: Double = 1, gap: Double = 0, random: inout RandomSource
  ) {
    self.init(zeros: shape)
    for index in values.indices {
      repeat {
        values[index] = Double(Float(low + (high - low) * Double(random.uniform())))
      } while values[index].magnitude < gap
    }
  }

  /// Numbers that differ from one another by at least `step`, in random order: a maximum is never close.
  init(distinct shape: [Int], step: Double = 1.0 / 64, random: inout RandomSource) {
    let count = shape.reduce(1, *)
    let half = Double(count) / 2
    self.init(random.permutation(count).map { (Double($0) - half) * step }, shape: shape)
  }

  var count: Int { values.count }

  /// The same numbers as the engine takes them.
  var tensor: Tensor { Tensor(values.map(Float.init), shape: shape) }

  /// The numbers with `transform` applied to each.
  func map(_ transform: (Double) -> Double) -> Numbers { Numbers(values.map(transform), shape: shape) }

  /// The numbers with `direction` times `step` added.
  func moved(by step: Double, along direction: [Double]) -> Numbers {
    Numbers(zip(values, direction).map { $0 + step * $1 }, shape: shape)
  }

  /// Element by element.
  static func zipped(_ a: Numbers, _ b: Numbers, _ combine: (Double, Double) -> Double) -> Numbers {
    precondition(a.shape == b.shape, "\(a.shape) and \(b.shape)")
    return Numbers(zip(a.values, b.values).map(combine), shape: a.shape)
  }

  static func + (a: Numbers, b: Numbers) -> Numbers { zipped(a, b, +) }
  static func * (a: Numbers, b: Numbers) -> Numbers { zipped(a, b, *) }

  /// The square root of the mean of squares; 0 for no numbers.
  static func rootMeanSquare(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
  }

  static func scalar(_ value: Double) -> Numbers { Numbers([value], shape: []) }
}
