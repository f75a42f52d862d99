import Engine
import Unlearning

/// The distance of every retained test sample to the forget set.
struct ForgetSetDistances {
  /// For each sample the mean cosine distance to the nearest forgotten ones, in [0, 2].
  let values: [Double]

  /// By the features of the original model of the first seed.
  init(_ evidence: Evidence, neighbors: Int) throws {
    guard !evidence.originals.isEmpty else { throw AttackError.emptySet("original models") }
    let original = evidence.originals.selecting([0])
    func features(_ part: Part) throws -> FeatureRows {
      try evidence.map(original, on: part) { try $0.featureRows(part) }[0]
    }
    let retained = try features(.retainTest)
    let scale = try Standardization(fittedTo: [retained])
    let forgotten = scale(try features(.forgetTrain)).unitRows
    let rows = scale(retained).unitRows
    // Blocks of rows bound the memory.
    values = stride(from: 0, to: rows.count, by: 256).flatMap { start -> [Double] in
      let block = rows.selecting(start..<min(start + 256, rows.count))
      let cosines = block.products(with: forgotten)
      return (0..<block.count).map { 1 - Self.largest(neighbors, of: cosines[$0]).mean }
    }
  }

  /// The `count` largest of `numbers`, or all of them, in descending order.
  private static func largest(_ count: Int, of numbers: ArraySlice<Double>) -> [Double] {
    var largest: [Double] = []
    for number in numbers where largest.count < count || number > largest[count - 1] {
      if largest.count == count { largest.removeLast() }
      largest.insert(number, at: largest.firstIndex { $0 < number } ?? largest.count)
    }
    return largest
  }
}
