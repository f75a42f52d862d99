import Data
import Engine
import Foundation
import Testing

/// Views, batches and augmentation.
struct DatasetTests {
  @Test("views keep labels, indices and pixels together")
  func views() {
    let set = randomSet(12)
    #expect(set.count == 12)
    #expect(set.indices == Array(0..<12))
    #expect(set.classSizes == [3, 3, 3, 3])
    let odd = set.filter { $0 % 2 == 1 }
    #expect(odd.indices == [1, 3, 5, 7, 9, 11])
    #expect(odd.labels == [1, 3, 1, 3, 1, 3])
    let picked = odd.selecting([4, 0, 4])
    #expect(picked.indices == [9, 1, 9])
    #expect(picked.labels == [1, 1, 1])
    #expect(Array(picked.bytes(0)) == Array(set.bytes(9)))
    #expect(picked.images([0, 1]) == set.images([9, 1]))
    let other = picked.relabeled([0, 2, 3])
    #expect(other.labels == [0, 2, 3])
    #expect(other.indices == picked.indices)
    let joined = other.appending(odd.selecting([2]))
    #expect(joined.indices == [9, 1, 9, 5])
    #expect(joined.labels == [0, 2, 3, 1])
    #expect(set.selecting([]).isEmpty)
    #expect(set.selecting([]).classCount == 4)
    #expect(set.selecting([]).images([]).shape == [0, 6, 5, 3])
  }

  @Test("images are the normalized bytes")
  func images() {
    let set = randomSet(5)
    let images = set.images([3, 0])
    #expect(images.shape == [2, 6, 5, 3])
    let expected = [3, 0].flatMap { reference(set, row: $0, down: 0, right: 0, mirror: false) }
    #expect(isClose(images.scalars, expected))
    #expect(!isClose(images.scalars, [0, 3].flatMap { reference(set, row: $0, down: 0, right: 0, mirror: false) }))
  }

  @Test("programming errors stop the program")
  func preconditions() async {
    await #expect(processExitsWith: .failure) { _ = randomSet(3).selecting([3]) }
    await #expect(processExitsWith: .failure) { _ = randomSet(3).relabeled([0, 1, 4]) }
    await #expect(processExitsWith: .failure) { _ = randomSet(3).appending(randomSet(3)) }
    await #expect(processExitsWith: .failure) { _ = randomSet(3).batches(of: 0) }
    await #expect(processExitsWith: .success) { _ = randomSet(3).selecting([2]).batches(of: 1) }
  }

  @Test("batches in order, the last one smaller", arguments: [1, 3, 10, 64])
  func batchesInOrder(size: Int) {
    let set = randomSet(10).filter { $0 != 0 }
    let sequence = set.batches(of: size)
    let batches = Array(sequence)
    #expect(batches.count == sequence.count)
    #expect(batches.count == (set.count + size - 1) / size)
    #expect(batches.dropLast().allSatisfy { $0.count == size })
    #expect(batches.flatMap(\.rows) == Array(0..<set.count))
    #expect(batches.flatMap(\.indices) == set.indices)
    #expect(batches.flatMap(\.labels) == set.labels)
    #expect(batches.flatMap { $0.images.scalars } == set.images(Array(0..<set.count)).scalars)
    #expect(batches.allSatisfy { $0.images.shape == [$0.count, 6, 5, 3] })
  }

  @Test("no rows, no batches")
  func emptyBatches() {
    let none = randomSet(4).selecting([])
    #expect(none.batches(of: 3).count == 0)
    #expect(Array(none.batches(of: 3)).isEmpty)
    #expect(Array(none.batches(of: 3, epoch: 0, random: RandomSource(seed: 0))).isEmpty)
  }

  private let augmentation = Augmentation(padding: 2, flip: true)

  private func epoch(_ set: Dataset, size: Int = 8, epoch: Int = 3, seed: UInt64 = 5) -> [Batch] {
    Array(set.batches(of: size, epoch: epoch, random: RandomSource(seed: seed), augmentation: augmentation))
  }

  /// Each image's numbers by its index in the source set.
  private func images(_ batches: [Batch]) -> [Int: [Float]] {
    var result: [Int: [Float]] = [:]
    for batch in batches {
      for (place, index) in batch.indices.enumerated() { result[index] = batch.images.row(place) }
    }
    return result
  }

  @Test("every epoch has each row once, in its own order, which does not depend on the batch size")
  func order() {
    let set = randomSet(50)
    let rows = epoch(set).flatMap(\.rows)
    #expect(rows.sorted() == Array(0..<50))
    #expect(rows != Array(0..<50))
    #expect(epoch(set).flatMap(\.rows) == rows)
    #expect(epoch(set, size: 7).flatMap(\.rows) == rows)
    #expect(epoch(set, epoch: 4).flatMap(\.rows) != rows)
    #expect(epoch(set, seed: 6).flatMap(\.rows) != rows)
    let plain = Array(set.batches(of: 8, epoch: 3, random: RandomSource(seed: 5)))
    #expect(plain.flatMap(\.rows) == rows)
    #expect(plain[0].images == set.images(plain[0].rows))
    #expect(plain[0].labels == plain[0].rows.map { set.labels[$0] })
  }

  @Test("a sequence gives the same batches every time")
  func repeats() {
    let sequence = randomSet(20).batches(
      of: 6, epoch: 1, random: RandomSource(seed: 2), augmentation: augmentation)
    #expect(sequence.map(\.images) == sequence.map(\.images))
    #expect(sequence.map(\.rows) == sequence.map(\.rows))
  }

  @Test("augmentation depends on seed, epoch and index, not on batch size, order or other images")
  func independence() {
    let set = randomSet(60)
    let whole = images(epoch(set))
    #expect(whole.count == 60)
    #expect(images(epoch(set, size: 13)) == whole)
    let part = images(epoch(set.selecting([41, 7, 20])))
    #expect(part.count == 3)
    #expect(part.allSatisfy { whole[$0.key] == $0.value })
    #expect(images(epoch(set, epoch: 4)) != whole)
    #expect(images(epoch(set, seed: 6)) != whole)
  }

  /// All (down, right, mirror) within `padding` that produce the row's image.
  private func explanations(_ numbers: [Float], _ set: Dataset, row: Int, padding: Int) -> [(Int, Int, Bool)] {
    var found: [(Int, Int, Bool)] = []
    for down in -padding...padding {
      for right in -padding...padding {
        for mirror in [false, true]
        where isClose(reference(set, row: row, down: down, right: right, mirror: mirror), numbers) {
          found.append((down, right, mirror))
        }
      }
    }
    return found
  }

  @Test("augmented images are shifts and mirrors of the originals, all of them, evenly")
  func augments() throws {
    let set = randomSet(600)
    let moved = images(epoch(set))
    #expect(moved.count == 600)
    var shifts = [[Int]](repeating: [0, 0, 0, 0, 0], count: 2)
    var mirrored = 0
    var pairs: Set<SIMD2<Int>> = []
    for row in 0..<600 {
      // One beyond the padding: a shift that is too large must not pass as none.
      let moves = explanations(try #require(moved[row]), set, row: row, padding: 3)
      let move = try #require(moves.first)
      #expect(moves.count == 1)
      guard abs(move.0) <= 2 && abs(move.1) <= 2 else {
        Issue.record("row \(row) moved by \(move)")
        return
      }
      shifts[0][move.0 + 2] += 1
      shifts[1][move.1 + 2] += 1
      pairs.insert([move.0, move.1])
      if move.2 { mirrored += 1 }
    }
    // Binomial: 120 ± 9.8 and 300 ± 12.2; five standard deviations.
    #expect(shifts.joined().allSatisfy { abs($0 - 120) < 49 }, "\(shifts)")
    #expect(pairs.count == 25)
    #expect(abs(mirrored - 300) < 61, "\(mirrored)")
  }

  @Test("padding and mirror are drawn independently")
  func parts() throws {
    let set = randomSet(40)
    func moves(_ augmentation: Augmentation) throws -> [(Int, Int, Bool)] {
      let batches = set.batches(of: 9, epoch: 0, random: RandomSource(seed: 1), augmentation: augmentation)
      let moved = images(Array(batches))
      #expect(moved.count == 40)
      return try (0..<40).map { row in
        let numbers = try #require(moved[row])
        return try #require(explanations(numbers, set, row: row, padding: 2).first)
      }
    }
    let both = try moves(Augmentation(padding: 2, flip: true))
    let shifted = try moves(Augmentation(padding: 2, flip: false))
    let flipped = try moves(Augmentation(padding: 0, flip: true))
    #expect(shifted.map(\.0) == both.map(\.0))
    #expect(shifted.map(\.1) == both.map(\.1))
    #expect(shifted.allSatisfy { !$0.2 })
    #expect(flipped.map(\.2) == both.map(\.2))
    #expect(flipped.allSatisfy { $0.0 == 0 && $0.1 == 0 })
    #expect(Augmentation() == .none)
  }
}
