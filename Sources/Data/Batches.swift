public import Engine

/// A few images with their labels.
public struct Batch: Sendable {
  /// `[N, H, W, C]`, normalised, augmented where that was asked for.
  public let images: Tensor
  /// The class of each image, `[N]`.
  public let labels: [Int]
  /// The row of each image in the `Dataset` view it came from, `[N]`.
  public let rows: [Int]
  /// The place of each image in the source set, `[N]`.
  public let indices: [Int]

  /// How many images.
  public var count: Int { rows.count }
}

/// The batches of one pass over a data set; makes one at a time, and the same ones every time it is iterated.
public struct BatchSequence: Sequence, Sendable {
  let dataset: Dataset
  let order: [Int]
  let size: Int
  /// The epoch's number and randomness, unless images stay as they are.
  let augmenting: (augmentation: Augmentation, epoch: Int, random: RandomSource)?

  /// How many batches; the last may be smaller than the others.
  public var count: Int { (order.count + size - 1) / size }
  /// The same as `count`.
  public var underestimatedCount: Int { count }

  /// An iterator that starts at the first batch.
  public func makeIterator() -> Iterator { Iterator(batches: self) }

  /// Makes the batches, one for each call of `next`; the next one's images ahead where a thread is left for that.
  public struct Iterator: IteratorProtocol {
    private let batches: BatchSequence
    private var position = 0
    private var imagesAhead: PartsAhead<Tensor>?

    init(batches: BatchSequence) { self.batches = batches }

    /// The next batch, or nil after the last.
    public mutating func next() -> Batch? {
      let rows = batches.rows(from: position)
      guard !rows.isEmpty else { return nil }
      position += rows.count
      let images = imagesAhead.map { Tensor.concatenated($0.parts()) } ?? batches.images(rows)
      imagesAhead = Runtime.threadShare > 1 ? batches.imagesAhead(batches.rows(from: position)) : nil
      return Batch(
        images: images, labels: rows.map { batches.dataset.labels[$0] }, rows: rows,
        indices: rows.map { batches.dataset.indices[$0] })
    }
  }

  private func rows(from position: Int) -> [Int] { Array(order[position..<Swift.min(position + size, order.count)]) }

  private func imagesAhead(_ rows: [Int]) -> PartsAhead<Tensor>? {
    guard !rows.isEmpty else { return nil }
    let together = 16
    return PartsAhead((rows.count + together - 1) / together) { part in
      images(Array(rows[part * together..<Swift.min((part + 1) * together, rows.count)]))
    }
  }

  private func images(_ rows: [Int]) -> Tensor {
    let moves = augmenting.map { augmentation, epoch, random in
      rows.map {
        augmentation.move(
          random.stream("augmentation", epoch, dataset.indices[$0]), height: dataset.source.storedShape[0],
          width: dataset.source.storedShape[1])
      }
    }
    return dataset.images(rows, movedBy: moves)
  }
}

extension Dataset {
  /// All rows in order, `size` (> 0) at a time, not augmented.
  public func batches(of size: Int) -> BatchSequence {
    precondition(size > 0, "a batch has at least one image, not \(size)")
    return BatchSequence(dataset: self, order: Array(0..<count), size: size, augmenting: nil)
  }

  /// All rows in an order of their own for each epoch, `size` (> 0) at a time, each image moved by chance.
  ///
  /// The order is that of `random.stream("order", epoch)`; how an image moves is a matter of
  /// `random.stream("augmentation", epoch, index)` with its index in the source set. So neither depends on the batch
  /// size, and an image's movement depends on no other image.
  public func batches(
    of size: Int, epoch: Int, random: RandomSource, augmentation: Augmentation = .none
  ) -> BatchSequence {
    precondition(size > 0, "a batch has at least one image, not \(size)")
    var ordering = random.stream("order", epoch)
    return BatchSequence(
      dataset: self, order: ordering.permutation(count), size: size,
      augmenting: augmentation == .none ? nil : (augmentation, epoch, random))
  }
}
