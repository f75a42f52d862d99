import Data
import Engine
import Foundation
import TestSupport
import Testing

func bigEndian(_ numbers: [Int]) -> [UInt8] {
  numbers.flatMap { number in [24, 16, 8, 0].map { UInt8(number >> $0 & 255) } }
}

func idxImages(count: Int, rows: Int, columns: Int) -> [UInt8] {
  bigEndian([2051, count, rows, columns]) + randomBytes(count * rows * columns)
}

func idxLabels(_ labels: [Int]) -> [UInt8] {
  bigEndian([2049, labels.count]) + labels.map { UInt8($0) }
}

func randomBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var random = RandomSource(seed: seed)
  return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

/// A gzip file of stored (uncompressed) blocks, after RFC 1951 and 1952.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var out: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
  func little(_ number: Int, _ size: Int) -> [UInt8] { (0..<size).map { UInt8(number >> (8 * $0) & 255) } }
  var position = 0
  repeat {
    let end = min(position + 65535, bytes.count)
    let size = end - position
    out += [end == bytes.count ? 1 : 0] + little(size, 2) + little(~size & 0xffff, 2) + bytes[position..<end]
    position = end
  } while position < bytes.count
  return out + little(Int(cyclicRedundancyCheck(bytes)), 4) + little(bytes.count, 4)
}

/// A set of random images; labels alternate unless given.
func randomSet(
  _ count: Int, classCount: Int = 4, imageShape: [Int] = [6, 5, 3], labels: [Int]? = nil, name: String = "random"
) -> Dataset {
  let channels = imageShape[2]
  return Dataset(
    name: name, classNames: (0..<classCount).map { "class \($0)" }, imageShape: imageShape,
    normalization: Normalization(
      mean: (0..<channels).map { 0.4 + 0.1 * Float($0) }, deviation: (0..<channels).map { 0.2 + 0.05 * Float($0) }),
    pixels: randomBytes(count * imageShape.reduce(1, *), seed: UInt64(count)),
    labels: labels ?? (0..<count).map { $0 % classCount })
}

func splits(train: Int = 40, test: Int = 12) -> DataSplits {
  DataSplits(train: randomSet(train), test: randomSet(test))
}

/// One image shifted, mirrored and normalized, pixel by pixel from the definition.
func reference(_ set: Dataset, row: Int, down: Int, right: Int, mirror: Bool) -> [Float] {
  let (height, width, channels) = (set.imageShape[0], set.imageShape[1], set.imageShape[2])
  let bytes = Array(set.bytes(row))
  var out: [Float] = []
  for y in 0..<height {
    for x in 0..<width {
      let (fromY, fromX) = (y - down, (mirror ? width - 1 - x : x) - right)
      let isInside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width
      for channel in 0..<channels {
        let byte = isInside ? bytes[(fromY * width + fromX) * channels + channel] : 0
        out.append((Float(byte) / 255 - set.normalization.mean[channel]) / set.normalization.deviation[channel])
      }
    }
  }
  return out
}

func isClose(_ a: [Float], _ b: [Float], tolerance: Float = 1e-5) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($0)) }
}
