public import Engine

/// A labeled set of images: rows that point into shared, immutable pixels.
///
/// A value; selecting, filtering and relabeling create new rows and never copy pixels. Letters in shapes: `N` images,
/// `H` height, `W` width, `C` channels.
public struct Dataset: Sendable {
  /// The pixels shared by all views, in the order of the data set's files.
  final class Source: Sendable {
    let name: String
    let classNames: [String]
    let imageShape: [Int]
    /// `[H', W', C]` of the stored pictures; if larger than the images, an image is the central crop.
    let storedShape: [Int]
    let normalization: Normalization
    let pixels: PixelStore
    let attribute: SensitiveAttribute?
    /// The attribute's value of each sample; empty without an attribute.
    let sensitive: [Int]

    init(
      name: String, classNames: [String], imageShape: [Int], storedShape: [Int], normalization: Normalization,
      pixels: PixelStore, attribute: SensitiveAttribute?, sensitive: [Int]
    ) {
      self.name = name
      self.classNames = classNames
      self.imageShape = imageShape
      self.storedShape = storedShape
      self.normalization = normalization
      self.pixels = pixels
      self.attribute = attribute
      self.sensitive = sensitive
    }
  }

  let source: Source
  /// For each row its index in the source set: the order of the train or the test files.
  public let indices: [Int]
  /// For each row its class, in 0..<`classCount`.
  public let labels: [Int]

  /// A set of all these images, in this order.
  ///
  /// - `imageShape`: `[H, W, C]`.
  /// - `pixels`: `[N, H, W, C]`.
  /// - `labels`: `[N]`, each in 0..<classNames.count.
  /// - `attribute`: The sensitive attribute that defines groups, or nil.
  /// - `sensitive`: `[N]`, the attribute's value of each image; empty without an attribute.
  public init(
    name: String, classNames: [String], imageShape: [Int], normalization: Normalization, pixels: [UInt8], labels: [Int],
    attribute: SensitiveAttribute? = nil, sensitive: [Int] = []
  ) {
    self.init(
      name: name, classNames: classNames, imageShape: imageShape, storedShape: imageShape,
      normalization: normalization, pixels: .memory(pixels), labels: labels, attribute: attribute, sensitive: sensitive)
  }

  /// A set of all these images, in this order, whose stored pictures may be larger than the images.
  ///
  /// - `imageShape`: `[H, W, C]`.
  /// - `storedShape`: `[H', W', C]`, H' ≥ H and W' ≥ W. An image is the central crop of its stored picture; random
  ///   crops are taken from the whole stored picture.
  /// - `pixels`: `[N, H', W', C]`.
  /// - `labels`: `[N]`, each in 0..<classNames.count.
  /// - `attribute`: The sensitive attribute that defines groups, or nil.
  /// - `sensitive`: `[N]`, the attribute's value of each image; empty without an attribute.
  public init(
    name: String, classNames: [String], imageShape: [Int], storedShape: [Int], normalization: Normalization,
    pixels: PixelStore, labels: [Int], attribute: SensitiveAttribute? = nil, sensitive: [Int] = []
  ) {
    precondition(sensitive.count == (attribute == nil ? 0 : labels.count), "a value of the attribute for each image")
    precondition(
      sensitive.allSatisfy { $0 >= 0 && $0 < attribute?.valueNames.count ?? 0 }, "a value that the attribute has")
    precondition(imageShape.count == 3 && imageShape.allSatisfy { $0 > 0 }, "[H, W, C] > 0, not \(imageShape)")
    precondition(
      storedShape.count == 3 && zip(storedShape, imageShape).allSatisfy { $0 >= $1 } && storedShape[2] == imageShape[2],
      "\(storedShape) holds images of \(imageShape)")
    precondition(normalization.mean.count == imageShape[2], "one normalization per channel")
    precondition(
      pixels.count == labels.count * storedShape.reduce(1, *),
      "\(pixels.count) bytes are not \(labels.count) images of \(storedShape)")
    self.init(
      source: Source(
        name: name, classNames: classNames, imageShape: imageShape, storedShape: storedShape,
        normalization: normalization, pixels: pixels, attribute: attribute, sensitive: sensitive),
      indices: Array(labels.indices), labels: labels)
  }

  private init(source: Source, indices: [Int], labels: [Int]) {
    let classCount = source.classNames.count
    precondition(indices.count == labels.count, "\(labels.count) labels for \(indices.count) rows")
    precondition(labels.allSatisfy { $0 >= 0 && $0 < classCount }, "labels are in 0..<\(classCount)")
    self.source = source
    self.indices = indices
    self.labels = labels
  }

  /// The data set's name in experiment files.
  public var name: String { source.name }
  /// The names of the classes, by label.
  public var classNames: [String] { source.classNames }
  /// The number of classes of the data set, including those without rows here.
  public var classCount: Int { source.classNames.count }
  /// `[H, W, C]` of every image.
  public var imageShape: [Int] { source.imageShape }
  /// The per-channel mean and deviation that `images` applies.
  public var normalization: Normalization { source.normalization }
  /// The number of rows.
  public var count: Int { indices.count }
  /// Whether there are no rows.
  public var isEmpty: Bool { indices.isEmpty }
  /// The number of rows of each class, by label.
  public var classSizes: [Int] {
    labels.reduce(into: [Int](repeating: 0, count: classCount)) { $0[$1] += 1 }
  }

  /// The given rows of this view, in the given order; rows may be repeated.
  public func selecting(_ rows: [Int]) -> Dataset {
    precondition(rows.allSatisfy { $0 >= 0 && $0 < count }, "a row is outside a set of \(count)")
    return Dataset(source: source, indices: rows.map { indices[$0] }, labels: rows.map { labels[$0] })
  }

  /// The rows whose label `keep` accepts, in order.
  public func filter(_ keep: (_ label: Int) -> Bool) -> Dataset {
    selecting(labels.indices.filter { keep(labels[$0]) })
  }

  /// The same images with other labels, one per row.
  public func relabeled(_ labels: [Int]) -> Dataset {
    Dataset(source: source, indices: indices, labels: labels)
  }

  /// These rows, then those of `other`, which must be a view of the same pixels.
  public func appending(_ other: Dataset) -> Dataset {
    precondition(source === other.source, "only views of the same pixels can be joined")
    return Dataset(source: source, indices: indices + other.indices, labels: labels + other.labels)
  }

  /// The raw bytes of the image in `row`, `[H, W, C]`.
  public func bytes(_ row: Int) -> [UInt8] {
    let stored = source.stored(indices[row])
    return source.storedShape == imageShape ? stored : source.middle(of: stored)
  }

  /// The images in `rows`, normalized and not augmented, `[N, H, W, C]`.
  public func images(_ rows: [Int]) -> Tensor {
    images(rows, movedBy: nil)
  }

  func images(_ rows: [Int], movedBy moves: [Augmentation.Move]?) -> Tensor {
    var transform = Tensor.ImageTransform(scale: normalization.scale, offset: normalization.offset)
    if let moves {
      transform.shiftY = moves.map(\.shiftY)
      transform.shiftX = moves.map(\.shiftX)
      transform.mirror = moves.map(\.mirror)
    }
    let crops = moves.map { $0.map(\.crop) } ?? []
    if case .memory(let pixels) = source.pixels, source.storedShape == imageShape, !crops.contains(where: { $0 != nil })
    {
      return Tensor(
        images: pixels, imageShape: imageShape, indices: rows.map { indices[$0] }, transform: transform)
    }
    let framed = Runtime.concurrentMap(rows.count) { number in
      let row = rows[number]
      let part = crops.isEmpty ? nil : crops[number]
      return part.map { source.resized(indices[row], part: $0) } ?? bytes(row)
    }
    return Tensor(
      images: Array(framed.joined()), imageShape: imageShape, indices: Array(rows.indices),
      transform: transform)
  }
}

extension Dataset.Source {
  /// The stored picture of image `index`, `[H', W', C]`.
  func stored(_ index: Int) -> [UInt8] {
    let size = storedShape.reduce(1, *)
    return pixels.bytes(index * size..<(index + 1) * size)
  }

  /// The central crop of a stored picture, `[H, W, C]`.
  func middle(of stored: [UInt8]) -> [UInt8] {
    picture(stored).cropped(
      to: Picture.Rectangle(
        top: (storedShape[0] - imageShape[0]) / 2, left: (storedShape[1] - imageShape[1]) / 2, height: imageShape[0],
        width: imageShape[1])
    ).pixels
  }

  /// A crop of the stored picture of image `index`, resized to the image's size.
  func resized(_ index: Int, part: Picture.Rectangle) -> [UInt8] {
    picture(stored(index)).cropped(to: part).resized(height: imageShape[0], width: imageShape[1]).pixels
  }

  private func picture(_ stored: [UInt8]) -> Picture {
    Picture(height: storedShape[0], width: storedShape[1], channels: storedShape[2], pixels: stored)
  }
}

extension Dataset: CustomStringConvertible {
  /// The name and the number of rows.
  public var description: String { "\(name) (\(count) images \(imageShape), \(classCount) classes)" }
}
