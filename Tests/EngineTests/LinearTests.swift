import Engine
import Testing
import UnlearningTesting

extension OperationCase {
  static let linear: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("linear")
    // More than 64 rows are split into several tasks.
    let products = [(1, 1, 1), (3, 5, 7), (1, 17, 9), (13, 1, 6), (67, 3, 5), (130, 9, 33)].map { m, k, n in
      OperationCase(
        "matrix product", [Numbers(uniform: [m, k], random: &random), Numbers(uniform: [k, n], random: &random)],
        engine: { $0[0].product($0[1]) }, reference: { referenceProduct($0[0], $0[1]) })
    }
    let layers = [(1, 1, 1), (5, 7, 3), (66, 13, 10), (2, 100, 17)].flatMap { n, d, k -> [OperationCase] in
      let x = Numbers(uniform: [n, d], random: &random)
      let weights = Numbers(uniform: [k, d], random: &random)
      let bias = Numbers(uniform: [k], random: &random)
      return [
        OperationCase(
          "linear", [x, weights, bias], engine: { $0[0].linear(weights: $0[1], bias: $0[2]) },
          reference: { referenceLinear($0[0], $0[1], $0[2]) }),
        OperationCase(
          "linear without bias", [x, weights], engine: { $0[0].linear(weights: $0[1], bias: nil) },
          reference: { referenceLinear($0[0], $0[1], nil) }),
      ]
    }
    return products + layers
  }()
}

@Suite struct LinearTests {
  @Test(arguments: OperationCase.linear)
  func agreesWithTheReference(_ operation: OperationCase) {
    #expect(operation.violations() == [])
  }

  @Test(
    // The last two exceed one block in rows, columns and depth; the last one has so many rows that its panels are
    // packed before they are used.
    arguments: [(1, 1, 1), (3, 5, 7), (129, 20, 17), (51, 16, 64), (50, 530, 70), (205, 530, 75)],
    [(false, false), (false, true), (true, false), (true, true)])
  func transposesEachFactor(sizes: (Int, Int, Int), transposed: (Bool, Bool)) {
    let (m, k, n) = sizes
    var random = RandomSource(seed: 6).stream("transposed", m, k, n)
    let a = Numbers(uniform: [m, k], random: &random)
    let b = Numbers(uniform: [k, n], random: &random)
    let result = (transposed.0 ? referenceTransposed(a) : a).tensor.product(
      (transposed.1 ? referenceTransposed(b) : b).tensor, transposingSelf: transposed.0,
      transposingOther: transposed.1)
    let tolerance = Tolerance(absolute: 1e-6 * Double(10 + k), relative: 1e-5)
    #expect(Comparison.difference(result, from: referenceProduct(a, b).tensor, within: tolerance) == nil)
  }

  /// The fused bias and ReLU equal separate ones bit for bit; the last sizes are split in depth, and use OpenBLAS.
  @Test(arguments: [(1, 1, 1), (5, 7, 3), (66, 13, 10), (50, 530, 70), (3, 1030, 16), (420, 420, 420)])
  func biasAndRectifierAreTheirOwn(sizes: (Int, Int, Int)) throws {
    let (n, d, k) = sizes
    var random = RandomSource(seed: 8).stream("fused", n, d, k)
    let sequence = Sequential([("fc", Linear(k)), ("relu", ReLU())])
    var model = Classifier(body: sequence, imageShape: [d], classCount: 2, random: RandomSource(seed: 1))
    let bias = Tensor(uniform: [k], low: -1, high: 1, random: &random)
    model.parameters["fc.bias"] = bias
    let x = Tensor(uniform: [n, d], low: -1, high: 1, random: &random)
    let product = x.product(try #require(model.parameters["fc.weight"]), transposingOther: true)
    let shifted = Tensor(product.scalars.enumerated().map { $1 + bias[$0 % k] }, shape: [n, k])
    let fused = model.evaluate(x).features
    #expect(Comparison.bitDifference(fused, from: shifted.rectified) == nil)
    #expect(fused != shifted || shifted.scalars.allSatisfy { $0 >= 0 }, "something is cut off")
    let (tape, weights) = (Tape(), try #require(model.parameters["fc.weight"]))
    let recorded = tape.variable(x).linear(weights: Variable(weights), bias: Variable(bias))
    #expect(Comparison.bitDifference(recorded.value, from: shifted) == nil)
  }

  /// Large products use OpenBLAS, small ones our kernels: some rows of a large product are a small product.
  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func largeAndSmallProductsAgree(transposed: (Bool, Bool)) {
    var random = RandomSource(seed: 6).stream("large")
    let size = 420
    let a = Tensor(uniform: [size, size], low: -1, high: 1, random: &random)
    let b = Tensor(uniform: [size, size], low: -1, high: 1, random: &random)
    let whole = a.product(b, transposingSelf: transposed.0, transposingOther: transposed.1)
    let selection = Tensor((0..<3 * size).map { $0 % (size + 140) == 0 ? 1 : 0 }, shape: [3, size])
    // Rows 0, 140 and 280 of op(a).
    let rows = selection.product(a, transposingOther: transposed.0)
    let expected = rows.product(b, transposingOther: transposed.1)
    let tolerance = Tolerance(absolute: 1e-4, relative: 1e-5)
    #expect(Comparison.difference(selection.product(whole), from: expected, within: tolerance) == nil)
  }

  @Test func productOverNothingIsZero() {
    let result = Tensor(zeros: [3, 0]).product(Tensor(zeros: [0, 2]))
    #expect(result == Tensor(zeros: [3, 2]))
  }

  @Test func serialVariantOfTheLibraryIsRefused() {
    #expect(Runtime.blasProblem == nil)
    #expect(Runtime.blasProblem(parallelism: 0)?.contains("apt-get install libopenblas0-pthread") == true)
    #expect([1, 2].allSatisfy { Runtime.blasProblem(parallelism: $0) == nil })
  }

  @Test func layerDeclaresPyTorchsShapesAndBounds() {
    var declarations = Declarations(random: RandomSource(seed: 1))
    #expect(Linear(30).declare(at: "fc", input: [50], in: &declarations) == [30])
    let weight = declarations.parameters["fc.weight"]
    #expect(weight?.shape == [30, 50])
    #expect(declarations.parameters["fc.bias"]?.shape == [30])
    let bound = Float(1 / 50.0.squareRoot())
    let largest = weight?.scalars.map(\.magnitude).max() ?? .infinity
    #expect(largest <= bound && largest > 0.95 * bound)
  }

  @Test(arguments: [1, 2, 7])
  func eigenvectorsRebuildTheMatrix(order: Int) {
    var random = RandomSource(seed: 8).stream("eigen", order)
    var matrix = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in 0...row {
        matrix[row * order + column] = Double(random.normal())
        matrix[column * order + row] = matrix[row * order + column]
      }
    }
    let (values, vectors) = Runtime.symmetricEigen(matrix, order: order)
    #expect(values == values.sorted())
    var rebuilt = [Double](repeating: 0, count: order * order)
    for (value, vector) in zip(values, vectors) {
      for row in 0..<order {
        for column in 0..<order { rebuilt[row * order + column] += value * vector[row] * vector[column] }
      }
    }
    #expect(Comparison.difference(rebuilt, from: matrix, within: Tolerance(absolute: 1e-12)) == nil)
  }

  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func doubleProductIsTheSumOfProducts(transposedA: Bool, transposedB: Bool) {
    let (m, n, k) = (3, 4, 5)
    var random = RandomSource(seed: 9)
    let a = (0..<m * k).map { _ in Double(random.normal()) }, b = (0..<k * n).map { _ in Double(random.normal()) }
    var expected: [Double] = []
    for row in 0..<m {
      for column in 0..<n {
        expected.append(
          (0..<k).reduce(0) {
            $0 + a[transposedA ? $1 * m + row : row * k + $1] * b[transposedB ? column * k + $1 : $1 * n + column]
          })
      }
    }
    let found = Runtime.product(a, transposedA: transposedA, b, transposedB: transposedB, m: m, n: n, k: k)
    #expect(Comparison.difference(found, from: expected, within: Tolerance(absolute: 1e-13)) == nil)
    #expect(Runtime.product([], [], m: 2, n: 1, k: 0) == [0, 0])
  }
}
