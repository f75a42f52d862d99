import Engine
import Foundation

/// A dense, row-major array in double precision, for the reference computations of these tests.
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

  /// Uniform numbers that Float32 represents exactly, so that engine and reference start from equal ones.
  ///
  /// - Parameter gap: The smallest magnitude; it keeps numbers away from the kinks of ReLU and magnitude.
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

  /// Numbers that differ from each other by at least `step`, in random order: a maximum is never ambiguous.
  init(distinct shape: [Int], step: Double = 1.0 / 64, random: inout RandomSource) {
    let count = shape.reduce(1, *)
    let half = Double(count) / 2
    self.init(random.permutation(count).map { (Double($0) - half) * step }, shape: shape)
  }

  var count: Int { values.count }

  /// The same numbers as a tensor.
  var tensor: Tensor { Tensor(values.map(Float.init), shape: shape) }

  /// The numbers with `transform` applied to each.
  func map(_ transform: (Double) -> Double) -> Numbers { Numbers(values.map(transform), shape: shape) }

  /// The numbers plus `step` times `direction`.
  func moved(by step: Double, along direction: [Double]) -> Numbers {
    Numbers(zip(values, direction).map { $0 + step * $1 }, shape: shape)
  }

  /// Combines the elements of two arrays of one shape.
  static func zipped(_ a: Numbers, _ b: Numbers, _ combine: (Double, Double) -> Double) -> Numbers {
    precondition(a.shape == b.shape, "\(a.shape) and \(b.shape)")
    return Numbers(zip(a.values, b.values).map(combine), shape: a.shape)
  }

  static func + (a: Numbers, b: Numbers) -> Numbers { zipped(a, b, +) }
  static func * (a: Numbers, b: Numbers) -> Numbers { zipped(a, b, *) }

  /// The square root of the mean of squares; 0 if empty.
  static func rootMeanSquare(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
  }

  static func scalar(_ value: Double) -> Numbers { Numbers([value], shape: []) }
}
