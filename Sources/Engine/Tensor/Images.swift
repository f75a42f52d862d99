extension Tensor {
  /// The conversion of bytes to the numbers of a batch.
  public struct ImageTransform: Sendable {
    /// Per channel: number = byte·scale + offset.
    public var scale: [Float], offset: [Float]
    /// Per image, or nil: the shift down and right, in pixels; uncovered pixels are byte 0.
    public var shiftY: [Int32]?, shiftX: [Int32]?
    /// Per image, or nil: whether it is mirrored left to right.
    public var mirror: [Bool]?

    /// A transform without shifts and mirroring.
    public init(scale: [Float], offset: [Float]) {
      self.scale = scale
      self.offset = offset
    }
  }

  /// The images at `indices` of `pixels` (bytes, `[count, H, W, C]`), as `[N, H, W, C]`; `imageShape` is `[H, W, C]`.
  public init(images pixels: [UInt8], imageShape: [Int], indices: [Int], transform: ImageTransform) {
    precondition(imageShape.count == 3, "an image shape is [H, W, C], not \(imageShape)")
    let size = imageShape.reduce(1, *)
    precondition(transform.scale.count == imageShape[2] && transform.offset.count == imageShape[2], "one per channel")
    for moves in [transform.shiftY?.count, transform.shiftX?.count, transform.mirror?.count] {
      precondition(moves == nil || moves == indices.count, "one movement per image")
    }
    precondition(indices.allSatisfy { $0 >= 0 && ($0 + 1) * size <= pixels.count }, "an image index is out of range")
    self.init(uninitialized: [indices.count] + imageShape)
    device.assembleImages(
      ImageAssembly(
        pixels: pixels, height: imageShape[0], width: imageShape[1], channels: imageShape[2], indices: indices,
        shiftY: transform.shiftY, shiftX: transform.shiftX, mirror: transform.mirror?.map { $0 ? 1 : 0 },
        scale: transform.scale, offset: transform.offset), into: storage)
  }
}
