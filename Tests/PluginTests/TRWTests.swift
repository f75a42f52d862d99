import Data
import Engine
import Foundation
import Logging
import RWFT
import Synchronization
import TRW
import Testing
import Unlearning

@Suite struct TRWTests {
  private func method(_ change: (inout TiltedReweighting) -> Void = { _ in }) throws -> TiltedReweighting {
    var parameters = TiltedReweighting()
    parameters.training.batchSize = 16
    change(&parameters)
    return try TiltedReweighting(parameters)
  }

  @Test func agreesWithPyTorch() throws {
    let golden = try GoldenMethods.load()
    try golden.check(
      method {
        $0.training = golden.training
        $0.tilt = golden.tilt
        $0.temperature = golden.temperature
      }, "trw")
  }

  @Test func withoutTiltItIsRWFTBitForBit() throws {
    let toy = try Toy(forgotten: [1, 2])
    var parameters = ReweightingFineTuning()
    parameters.training.batchSize = 16
    let plain = try toy.unlearn(ReweightingFineTuning(parameters))
    #expect(try toy.unlearn(method { $0.tilt = 0 }).parameters == plain.parameters)
    #expect(try toy.unlearn(method()).parameters != plain.parameters)
  }

  @Test func theTiltMovesForgottenSamplesToTheNearestClass() throws {
    let toy = try Toy()
    let run = toy.run
    let cosines = try ClassSimilarity(toy.original.headWeights).cosines[1]
    let nearest = try #require([0, 2, 3].max { cosines[$0] < cosines[$1] })
    func share(_ tilt: Double) throws -> Double {
      let model = try toy.unlearn(method { $0.tilt = tilt }, run: run)
      let probabilities = Predictions(of: model, on: toy.forget).probabilities
      return (0..<toy.forget.count).reduce(0) { $0 + Double(probabilities[$1, nearest]) } / Double(toy.forget.count)
    }
    #expect(try share(20) > share(0) + 0.05)
    let (tilted, untilted) = (
      try #require(run.notes["target_entropy"]), try #require(run.notes["untilted_target_entropy"])
    )
    #expect(tilted >= 0 && untilted > 0 && untilted < log(3))
    #expect(try #require(run.notes["largest_score"]) <= 1)
    #expect(try #require(run.notes["similarity_range"]) > 0)
    #expect(try #require(run.notes["similarity_deviation"]) > 0)
    #expect(try #require(run.notes["score_entropy"]) >= 0)
  }

  @Test func eachForgottenClassHasSimilaritiesOfItsOwn() throws {
    let toy = try Toy(forgotten: [0, 3])
    let target = try method { $0.temperature = 0.5 }.target(
      for: toy.original.headWeights, forgotten: [0, 3], run: toy.run)
    let logits = [1.0, 2, 2.5, 0]
    let (first, second) = (target.distribution(logits: logits, label: 0), target.distribution(logits: logits, label: 3))
    for q in [first, second] { #expect(q[0] == 0 && q[3] == 0) }
    #expect(first != second)
  }

  /// Means by hand, over the samples of each class.
  @Test(arguments: [SimilaritySource.classMeanLogits, .centroids])
  func classesAreComparedByTheirMeans(source: SimilaritySource) throws {
    let toy = try Toy()
    // Classes of unlike sizes.
    let (retain, forget) = (toy.retain.selecting(Array(5..<71)), toy.forget.selecting(Array(0..<9)))
    let matrix = try toy.original.classMatrix(source, over: [retain, forget], run: toy.run, batchSize: 7)
    let data = retain.appending(forget)
    for label in 0..<4 {
      let predictions = Predictions(of: toy.original, on: data.filter { $0 == label }, keepingFeatures: true)
      let numbers = source == .centroids ? try #require(predictions.features) : predictions.logits
      let mean = numbers.sumOfRows.scalars.map { $0 / Float(predictions.count) }
      expectNumbers(matrix.row(label), mean, within: 1e-5, "class \(label)")
    }
    let other = try toy.unlearn(method { $0.similarity = source })
    #expect(other.parameters != (try toy.unlearn(method())).parameters)
    #expect(throws: UnlearningError.self) {
      try toy.original.classMatrix(source, over: [toy.retain], run: toy.run)
    }
  }

  /// The matrix of each class, whatever the batches that its samples come in.
  @Test func classesAreComparedByTheirFeatures() throws {
    let toy = try Toy()
    let data = [toy.retain, toy.forget]
    let matrix = try toy.original.classMatrix(.featureCKA, over: data, run: toy.run, batchSize: 7)
    #expect(matrix.shape == [4, toy.original.featureCount * toy.original.featureCount])
    #expect(matrix == (try toy.original.classMatrix(.featureCKA, over: data, run: toy.run, batchSize: 50)))
    let similarity = try ClassSimilarity(matrix, centered: false)
    #expect(similarity.cosines.allSatisfy { $0.allSatisfy { $0 >= 0 && $0 <= 1 + 1e-9 } })
    #expect(
      try toy.unlearn(method { $0.similarity = .featureCKA }).parameters != (try toy.unlearn(method())).parameters)
  }

  @Test func everyOptionChangesTheTarget() throws {
    let toy = try Toy()
    let logits = [2.0, 5, 1, 0]
    func q(_ change: (inout TiltedReweighting) -> Void) throws -> [Double] {
      try method(change).target(for: toy.original.headWeights, forgotten: [1], run: toy.run)
        .distribution(logits: logits, label: 1)
    }
    let all = [
      try q { _ in }, try q { $0.tilt = 9 }, try q { $0.temperature = 1 }, try q { $0.pcaRank = 1 },
      try q { $0.score = .rawCosine }, try q { $0.centered = false }, try q { $0.redistribution = .uniform },
    ]
    #expect(Set(all).count == all.count, "\(all)")
  }

  @Test func aRankAboveFullRankIsRefused() throws {
    let toy = try Toy()
    let error = #expect(throws: ParameterError.self) { try toy.unlearn(method { $0.pcaRank = 4 }) }
    #expect(error?.problems.map(\.parameter) == ["pca_rank"])
    #expect(throws: Never.self) { try toy.unlearn(method { $0.pcaRank = 3 }) }
  }

  @Test(arguments: [(0.001, "larger"), (100, "smaller"), (0.5, nil)])
  func warnsOfTemperaturesThatDoNotFit(temperature: Double, advice: String?) throws {
    // Cosines without the mean: 0.9, 0, 0 and 0 to class 0.
    let rows: [Float] = [1, 0, 0, 0, 0.9, 0.436, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    let log = LogLines()
    var run = makeRun(forgotten: [0], makeClassifier: Toy.classifier)
    run.log = Logger(label: "test") { _ in log }
    _ = try method {
      $0.temperature = temperature
      $0.centered = false
    }.target(for: Tensor(rows, shape: [5, 4]), forgotten: [0], run: run)
    let lines = log.lines
    #expect(lines.count == (advice == nil ? 0 : 1), "\(lines)")
    if let advice { #expect(lines.first?.contains("a \(advice) temperature") == true, "\(lines)") }
  }

  @Test func refusesSampleRequests() throws {
    let toy = try Toy()
    #expect(throws: UnlearningError.self) { try toy.unlearn(method(), run: toy.sampleRun) }
  }

  @Test func refusesParametersOutOfRange() {
    let error = #expect(throws: ParameterError.self) {
      try method {
        $0.tilt = -1
        $0.temperature = 0
        $0.pcaRank = 0
        $0.training.batchSize = 0
      }
    }
    #expect(error?.problems.map(\.parameter) == ["tilt", "temperature", "pca_rank", "training.batch_size"])
  }
}

/// Keeps what is logged.
private final class LogLines: LogHandler {
  private let kept = Mutex<[String]>([])
  var lines: [String] { kept.withLock { $0 } }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }
  func log(event: LogEvent) { kept.withLock { $0.append("\(event.message)") } }
}
