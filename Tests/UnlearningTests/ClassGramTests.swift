import Engine
import TestSupport
import Testing
import Unlearning

@Suite("CKA between classes") struct ClassGramTests {
  private struct Golden: Decodable {
    var features: Int
    var samples: [[Float]]
    var cka: [[Double]]
  }

  @Test("agrees with the definition on kernels of samples")
  func golden() throws {
    let golden = try GoldenFile.read(Golden.self, "cka", isSnakeCase: true)
    #expect(golden.samples.count == 3)
    let rows = golden.samples.map { ClassGram($0, width: golden.features).centered }
    #expect(rows.allSatisfy { $0.count == golden.features * golden.features })
    let matrix = Tensor(rows.joined().map(Float.init), shape: [3, rows[0].count])
    let similarity = try ClassSimilarity(matrix, centered: false)
    for (found, expected) in zip(similarity.cosines, golden.cka) {
      ClassifierGolden.expectClose(found, expected, tolerance: 2e-6, "CKA")
    }
  }

  @Test("does not see where a class lies, nor how many samples it has")
  func invariances() throws {
    let samples: [Float] = [1, 2, 4, 3, -1, 0, 2, 2, 5, 0, 1, -2]
    let rows = [
      ClassGram(samples, width: 3), ClassGram(samples.map { $0 + 8 }, width: 3), ClassGram(samples + samples, width: 3),
    ]
    for other in rows.dropFirst() {
      ClassifierGolden.expectClose(other.centered, rows[0].centered, tolerance: 1e-6, "matrix")
    }
    #expect(rows[1].mean != rows[0].mean)
  }
}
