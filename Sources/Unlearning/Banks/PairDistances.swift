/// A matrix of what `distance` makes of every pair of `count` values, first index first, with `diagonal` on the diagonal.
///
/// Its lower half mirrors the upper one. Blocks of values bound the memory; every value is read once for each block.
package func pairDistances<Value, Distance>(
  _ count: Int, diagonal: Distance, read: (Int) throws -> Value, _ distance: (Value, Value) -> Distance
) rethrows -> [[Distance]] {
  let blockSize = 8
  var distances = [[Distance]](repeating: [Distance](repeating: diagonal, count: count), count: count)
  for start in stride(from: 0, to: count, by: blockSize) {
    let block = start..<min(start + blockSize, count)
    let values = try block.map(read)
    for second in start..<count {
      let other = block.contains(second) ? values[second - start] : try read(second)
      for first in block where first < second {
        distances[first][second] = distance(values[first - start], other)
        distances[second][first] = distances[first][second]
      }
    }
  }
  return distances
}
