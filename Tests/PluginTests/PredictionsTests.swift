import Data
import Engine
import Testing
import Unlearning

@Suite struct PredictionsTests {
  private struct Stop: Error {}

  @Test func everyBatchCanBeTheLast() throws {
    let toy = try Toy()
    var calls = 0
    let whole = Predictions(of: toy.original, on: toy.retain, keepingFeatures: false, batchSize: 7) { calls += 1 }
    #expect(calls == (toy.retain.count + 6) / 7)
    #expect(whole.logits == Predictions(of: toy.original, on: toy.retain, batchSize: 7).logits)
    calls = 0
    #expect(throws: Stop.self) {
      _ = try Predictions(of: toy.original, on: toy.retain, keepingFeatures: false, batchSize: 7) {
        calls += 1
        if calls == 3 { throw Stop() }
      }
    }
    #expect(calls == 3)
  }
}
