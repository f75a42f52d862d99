import Data
import Engine
import RandomLabels
import SalUn
import Testing
import Unlearning

@Suite struct SalUnTests {
  @Test(arguments: [0.25, 0.5, 0.75]) func theMaskIsThatOfPyTorch(ratio: Double) throws {
    let golden = try GoldenMethods.load()
    let mask = try SaliencyMask(of: golden.original, on: golden.forget, ratio: ratio, batchSize: 2, run: golden.run)
    let expected = try #require(golden.masks["\(ratio)"])
    expectNumbers(mask.values.values.flatMap(\.scalars), expected.map(Double.init), within: 0, "mask")
    #expect(mask.selectedCount == expected.reduce(0, +))
  }

  @Test(arguments: [0.1, 0.5, 0.9, 1]) func selectsTheLargestOfAllAndTheFirstOfEqualOnes(ratio: Double) {
    var random = RandomSource(seed: 3)
    // Few different values, so that ties stand at every threshold.
    let first = Tensor((0..<57).map { _ in Float(random.integer(below: 5)) / 4 }, shape: [57])
    let second = Tensor((0..<60).map { _ in Float(random.integer(below: 5)) / 4 }, shape: [6, 10])
    let saliency = NamedTensors(names: ["a", "b"], values: [first, second])
    let mask = SaliencyMask(saliency: saliency, ratio: ratio)

    let values = first.scalars + second.scalars
    let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    let count = Int(ratio * 117)
    var expected = [Float](repeating: 0, count: 117)
    for index in order.prefix(count) { expected[index] = 1 }
    expectNumbers(mask.values.values.flatMap(\.scalars), expected, within: 0, "mask")
    #expect(mask.selectedCount == count)
    #expect(mask.values["b"]?.shape == [6, 10])
  }

  @Test func maskedParametersKeepTheirBits() throws {
    let toy = try Toy()
    var parameters = SaliencyUnlearning()
    parameters.training.batchSize = 16
    parameters.training.weightDecay = 0.1
    let run = toy.run
    let model = try toy.unlearn(SaliencyUnlearning(parameters), run: run)
    let mask = try SaliencyMask(of: toy.original, on: toy.forget, ratio: 0.5, batchSize: 16, run: run)
    #expect(mask.selectedCount == toy.original.parameters.scalarCount / 2)
    #expect(run.notes["salient_share"] == 0.5)
    for name in mask.values.names {
      let before = try #require(toy.original.parameters[name]).scalars
      let after = try #require(model.parameters[name]).scalars
      let free = try #require(mask.values[name]).scalars
      for index in before.indices {
        let stayed = before[index].bitPattern == after[index].bitPattern
        #expect(stayed == (free[index] == 0), "\(name)[\(index)]: \(before[index]) became \(after[index])")
      }
    }
  }

  @Test(arguments: SaliencyUnlearning.Variant.allCases)
  func isRandomLabelsWhereEverythingMayMove(variant: SaliencyUnlearning.Variant) throws {
    let toy = try Toy()
    var parameters = SaliencyUnlearning()
    parameters.ratio = 1
    parameters.variant = variant
    parameters.training.epochs = 2
    parameters.training.batchSize = 32
    var labels = RandomLabelUnlearning()
    labels.labels = .any
    labels.retain = variant == .joint ? .joint : .after
    labels.training = parameters.training
    let model = try toy.unlearn(SaliencyUnlearning(parameters))
    #expect(model.parameters == (try toy.unlearn(RandomLabelUnlearning(labels))).parameters)
    #expect(model.parameters != toy.original.parameters)
  }

  @Test func theMaskIsTakenInEvaluateMode() throws {
    let golden = try GoldenResNet.load()
    let model = try golden.trainedModel
    let saliency = try golden.tensors(golden.saliency)
    let expected = SaliencyMask(saliency: saliency, ratio: 0.5)
    let found = try SaliencyMask(of: model, on: golden.data, ratio: 0.5, batchSize: 4, run: golden.run)
    #expect(found.selectedCount == expected.selectedCount)
    let pairs = zip(found.values.values.flatMap(\.scalars), expected.values.values.flatMap(\.scalars))
    let different = pairs.count { $0 != $1 }
    // Rounding moves numbers at the threshold; in train mode hundreds differ.
    #expect(different <= 4, "\(different) of \(found.selectedCount) differ")
  }

  @Test func refusesARatioOfNothing() {
    var parameters = SaliencyUnlearning()
    parameters.ratio = 0
    let error = #expect(throws: ParameterError.self) { try SaliencyUnlearning(parameters) }
    #expect(error?.problems.map(\.parameter) == ["ratio"])
  }
}
