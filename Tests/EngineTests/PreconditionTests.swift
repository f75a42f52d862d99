import Engine
import Testing

/// A programming error that must stop the process, together with the correct call: an optimized build stops without a
/// message, so only the pair shows that the error is the cause.
enum Mistake: String, CaseIterable, Codable {
  case unequalShapes, shapeNotFilled, noSuchLabel, unfitMatrices, indexOutside, rowOutside, windowTooLarge, unfitGroups
  case gradientOfMany, foreignVariable, dropoutOfAll, smoothingOfAll, noTemperature, otherParameters, emptyRange
  case tooLargeSample

  func run(mistaken wrong: Bool) {
    let matrix = Tensor(zeros: [2, 3])
    var random = RandomSource(seed: 1)
    switch self {
    case .unequalShapes: _ = matrix + Tensor(zeros: wrong ? [3, 2] : [2, 3])
    case .shapeNotFilled: _ = Tensor([1, 2, 3], shape: wrong ? [2, 2] : [1, 3])
    case .noSuchLabel: _ = Variable(matrix).crossEntropy([0, wrong ? 3 : 2])
    case .unfitMatrices: _ = matrix.product(matrix, transposingOther: !wrong)
    case .indexOutside: _ = matrix[wrong ? 6 : 5]
    case .rowOutside: _ = matrix.rows([1, wrong ? 2 : 0])
    case .windowTooLarge:
      let weights = Variable(Tensor(zeros: [5, 5, 1, 1]))
      _ = Variable(Tensor(zeros: [1, 3, 3, 1])).convolution(weights: weights, padding: wrong ? 0 : 1)
    case .unfitGroups:
      let weights = Variable(Tensor(zeros: [1, 1, 2, 4]))
      _ = Variable(Tensor(zeros: [1, 3, 3, 4])).convolution(weights: weights, groups: wrong ? 1 : 2)
    case .gradientOfMany:
      let tape = Tape()
      let x = tape.variable(matrix)
      _ = tape.gradients(of: wrong ? x + x : (x + x).sum(), for: [x])
    case .foreignVariable:
      let (tape, other) = (Tape(), Tape())
      let (x, y) = (tape.variable(matrix), other.variable(matrix))
      _ = tape.gradients(of: x.sum(), for: [wrong ? y : x])
    case .dropoutOfAll: _ = Variable(matrix).dropout(rate: wrong ? 1 : 0.5, random: &random)
    case .smoothingOfAll: _ = Variable(matrix).crossEntropy([0, 1], smoothing: wrong ? 1 : 0.5)
    case .noTemperature: _ = Variable(matrix).divergence(from: Variable(matrix), temperature: wrong ? 0 : 0.5)
    case .otherParameters:
      var (parameters, optimizer) = (NamedTensors(names: ["w"], values: [matrix]), SGD())
      let gradients = NamedTensors(names: [wrong ? "v" : "w"], values: [matrix])
      optimizer.update(&parameters, along: gradients, learningRate: 1)
    case .emptyRange: _ = random.integer(below: wrong ? 0 : 1)
    case .tooLargeSample: _ = random.sample(wrong ? 3 : 2, of: [1, 2])
    }
  }
}

@Suite struct PreconditionTests {
  @Test(arguments: Mistake.allCases) func theRightWayRuns(mistake: Mistake) { mistake.run(mistaken: false) }

  @Test(arguments: Mistake.allCases) func mistakesStopTheProcess(mistake: Mistake) async {
    await #expect(processExitsWith: .failure) { [mistake] in mistake.run(mistaken: true) }
  }
}
