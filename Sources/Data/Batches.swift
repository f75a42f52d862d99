public import Engine

/// Some images with their labels.
public struct Batch: Sendable {
  /// `[N, H, W, C]`, normalized, and augmented if requested.
  public let images: Tensor
  /// The class of each image, `[N]`.
  public let labels: [Int]
  /// The row of each image in the `Dataset` view it came from, `[N]`.
  public let rows: [Int]
  /// The index of each image in the source set, `[N]`.
  public let indices: [Int]

  /// A batch of N images, labels, rows and indices.
  public init(images: Tensor, labels: [Int], rows: [Int], indices: [Int]) {
    (self.images, self.labels, self.rows, self.indices) = (images, labels, rows, indices)
  }

  /// The number of images, N.
  public var count: Int { rows.count }
}

/// The batches of one pass over a data set, computed one at a time; every iteration gives the same batches.
public struct BatchSequence: Sequence, Sendable {
  let dataset: Dataset
  let order: [Int]
  let size: Int
  /// The augmentation, the epoch's number and the random source; nil for images without augmentation.
  let augmenting: (augmentation: Augmentation, epoch: Int, random: RandomSource)?

  /// The number of batches; the last one may be smaller than the others.
  public var count: Int { (order.count + size - 1) / size }
  /// The same as `count`.
  public var underestimatedCount: Int { count }

  /// An iterator that starts at the first batch.
  public func makeIterator() -> Iterator { Iterator(batches: self) }

  /// Computes one batch per call of `next`, and the images of the following one ahead of time if a thread is idle.
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
  /// All rows in order, `size` (> 0) at a time, without augmentation.
  public func batches(of size: Int) -> BatchSequence {
    precondition(size > 0, "a batch has at least one image, not \(size)")
    return BatchSequence(dataset: self, order: Array(0..<count), size: size, augmenting: nil)
  }

  /// All rows in a random order per epoch, `size` (> 0) at a time, with random augmentation.
  ///
  /// The order is drawn from `random.stream("order", epoch)`, the augmentation of an image from
  /// `random.stream("augmentation", epoch, index)` with its index in the source set. So neither depends on the batch
  /// size, and an image's augmentation does not depend on other images.
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
