import Engine
import Foundation

/// A logistic regression over several classes with an L2 penalty, fitted by L-BFGS.
///
/// Minimizes `½ Σ_k ‖w_k‖² − C·Σ_i log p(y_i | x_i)` with `p(k | x) ∝ exp(w_k·x + b_k)`. The intercepts b are not
/// penalized. x is judged to be of the class with the largest `w_k·x + b_k`, the first of equals.
///
/// - Source: The objective of scikit-learn's `LogisticRegression` with its solver lbfgs (C = 1, penalty L2); Nocedal and
///   Wright, "Numerical Optimization", algorithm 7.5.
/// - Note: The optimum is unique, except for a constant in all b; here they add up to 0, as they do in scikit-learn.
///   The fit ends at a gradient of 1e-10 per sample, where scikit-learn by default ends at 1e-4. With two classes the
///   penalty is that of two weight vectors, so that `LogisticRegression`, which has one, is another classifier.
public struct MultinomialRegression: Sendable, Hashable {
  /// The labels that occur among the fitted samples, ascending.
  public let classes: [Int]
  /// The weights w, `[classes, D]`.
  public let weights: FeatureRows
  /// The intercepts b, one per class.
  public let intercepts: [Double]

  /// Fits the regression that predicts `labels` from `samples`.
  ///
  /// - Parameters:
  ///   - samples: The N rows.
  ///   - labels: Their N classes; those that do not occur are never predicted.
  ///   - cost: C > 0; the smaller, the stronger the penalty.
  /// - Throws: `AttackError` when there are no rows, a number is not finite, or the optimum is not reached.
  /// - Complexity: O(N·D·K) for each of about a hundred steps.
  public init(_ samples: FeatureRows, labels: [Int], cost: Double = 1) throws(AttackError) {
    precondition(cost > 0 && samples.count == labels.count, "C > 0, and a label for each row")
    guard samples.count > 0 else { throw .emptySet("samples to fit a classifier to") }
    try samples.requireFinite("features of fitted samples")
    classes = Set(labels).sorted()
    let problem = MultinomialProblem(samples, labels: labels, classes: classes, cost: cost)
    let solution = FeatureRows(try problem.minimum(), width: samples.width + 1)
    let rows = (0..<solution.count).map { solution[$0] }
    weights = FeatureRows(rows.flatMap { $0.dropLast() }, width: samples.width)
    intercepts = rows.map { $0.last ?? 0 }
  }

  /// The label that each row is judged to have.
  public func predictions(_ samples: FeatureRows) throws(AttackError) -> [Int] {
    try samples.requireFinite("features of judged samples")
    let products = samples.products(with: weights)
    return (0..<samples.count).map { row in
      let scores = zip(products[row], intercepts).map { $0 + $1 }
      return classes[scores.indices.max { scores[$0] < scores[$1] } ?? 0]
    }
  }
}

/// The objective of the regression; its variables are, class after class, the weights followed by the intercept.
private struct MultinomialProblem {
  /// The rows with a 1 at their end.
  private let samples: FeatureRows
  /// The index of each row's class.
  private let targets: [Int]
  private let classCount: Int
  private let cost: Double

  init(_ samples: FeatureRows, labels: [Int], classes: [Int], cost: Double) {
    let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($0.element, $0.offset) })
    self.samples = FeatureRows((0..<samples.count).flatMap { samples[$0] + [1] }, width: samples.width + 1)
    targets = labels.map { places[$0, default: 0] }
    classCount = classes.count
    self.cost = cost
  }

  func minimum() throws(AttackError) -> [Double] {
    let tolerance = 1e-10 * cost * Double(samples.count)
    var point = [Double](repeating: 0, count: classCount * samples.width)
    var (value, gradient) = objective(at: point)
    var steps: [(move: [Double], change: [Double], scale: Double)] = []
    for _ in 0..<10_000 {
      if gradient.allSatisfy({ abs($0) <= tolerance }) { return point }
      let direction = direction(gradient, steps)
      let slope = dot(direction, gradient)
      var length = steps.isEmpty ? 1 / dot(gradient, gradient).squareRoot() : 1
      var next = point
      var reached = (value: value, gradient: gradient)
      repeat {
        next = zip(point, direction).map { $0 + length * $1 }
        reached = objective(at: next)
        length /= 2
      } while !(reached.value <= value + 1e-4 * 2 * length * slope) && length > 1e-12
      // Rounding hides any further descent: this is the optimum to the last digits.
      guard reached.value < value else { return point }
      let (move, change) = (difference(next, point), difference(reached.gradient, gradient))
      let curvature = dot(move, change)
      if curvature > 0 { steps.append((move, change, 1 / curvature)) }
      if steps.count > 10 { steps.removeFirst() }
      (point, value, gradient) = (next, reached.value, reached.gradient)
    }
    throw .unsolvable("the multinomial regression did not converge in 10,000 steps")
  }

  private func objective(at point: [Double]) -> (value: Double, gradient: [Double]) {
    let width = samples.width
    // Scores, which become the derivatives of the loss by them.
    var rows = samples.products(with: FeatureRows(point, width: width)).values
    var loss = 0.0
    for (row, target) in targets.enumerated() {
      let places = row * classCount..<(row + 1) * classCount
      let largest = rows[places].max() ?? 0
      loss += largest - rows[places.lowerBound + target]
      var sum = 0.0
      for place in places {
        rows[place] = exp(rows[place] - largest)
        sum += rows[place]
      }
      loss += log(sum)
      for place in places { rows[place] *= cost / sum }
      rows[places.lowerBound + target] -= cost
    }
    var gradient = Runtime.product(
      rows, transposedA: true, samples.values, m: classCount, n: width, k: samples.count)
    var squares = 0.0
    for place in point.indices where (place + 1) % width != 0 {
      gradient[place] += point[place]
      squares += point[place] * point[place]
    }
    return (cost * loss + 0.5 * squares, gradient)
  }

  /// The gradient's negative, multiplied by the approximation of the inverse Hessian from the last steps.
  private func direction(
    _ gradient: [Double], _ steps: [(move: [Double], change: [Double], scale: Double)]
  ) -> [Double] {
    var direction = gradient.map { -$0 }
    var factors: [Double] = []
    for step in steps.reversed() {
      let factor = step.scale * dot(step.move, direction)
      factors.append(factor)
      direction = zip(direction, step.change).map { $0 - factor * $1 }
    }
    if let last = steps.last {
      let scale = 1 / (last.scale * dot(last.change, last.change))
      direction = direction.map { scale * $0 }
    }
    for (step, factor) in zip(steps, factors.reversed()) {
      let back = factor - step.scale * dot(step.change, direction)
      direction = zip(direction, step.move).map { $0 + back * $1 }
    }
    return direction
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  private func difference(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 - $1 } }
}
