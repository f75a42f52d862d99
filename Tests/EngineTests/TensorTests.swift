import Engine
import Testing
import UnlearningTesting

@Suite struct TensorTests {
  private let matrix = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])

  @Test func knowsItsShapeAndNumbers() {
    #expect(matrix.shape == [3, 2] && matrix.count == 6)
    #expect(matrix.scalars == [1, 2, 3, 4, 5, 6])
    #expect(matrix[3] == 4 && matrix[2, 0] == 5)
    #expect(Tensor(7).shape == [] && Tensor(7).scalar == 7)
    #expect(Tensor(zeros: [0, 3]).scalars == [])
    #expect(Tensor(repeating: 2, shape: [2]).scalars == [2, 2])
  }

  @Test func mutatingACopyLeavesTheOriginal() {
    var copy = matrix
    copy[0] = 9
    copy[2, 1] = 8
    #expect(copy.scalars == [9, 2, 3, 4, 5, 8])
    #expect(matrix.scalars == [1, 2, 3, 4, 5, 6])
    var reshaped = matrix.reshaped([6])
    reshaped[1] = 0
    #expect(matrix[1] == 2)
    var original = Tensor([1, 2], shape: [2])
    let kept = original
    original[0] = 5
    #expect(kept.scalars == [1, 2] && original.scalars == [5, 2])
  }

  @Test func rowsInAnyOrder() {
    #expect(matrix.row(1) == [3, 4])
    #expect(matrix.rows([2, 0, 2]) == Tensor([5, 6, 1, 2, 5, 6], shape: [3, 2]))
    #expect(matrix.rows([]) == Tensor(zeros: [0, 2]))
    #expect(matrix.rows(1..<3) == Tensor([3, 4, 5, 6], shape: [2, 2]))
    let images = Tensor((0..<24).map(Float.init), shape: [2, 2, 3, 2])
    #expect(images.rows([1]) == Tensor((12..<24).map(Float.init), shape: [1, 2, 3, 2]))
  }

  @Test func concatenationUndoesRows() {
    #expect(Tensor.concatenated([matrix.rows([0]), matrix.rows([1, 2])]) == matrix)
    #expect(Tensor.concatenated([matrix, Tensor(zeros: [0, 2])]) == matrix)
  }

  @Test func oneHotRows() {
    let expected = Tensor([0, 0, 1, 1, 0, 0], shape: [2, 3])
    #expect(Tensor.oneHot([2, 0], classCount: 3) == expected)
    #expect(Tensor.oneHot([], classCount: 3) == Tensor(zeros: [0, 3]))
  }

  @Test func argmaxTakesTheFirstLargest() {
    let x = Tensor([1, 3, 3, -5, -9, -5, 0, 0, 0, -.infinity, -.infinity, 2], shape: [4, 3])
    #expect(x.argmaxOfRows == [1, 0, 0, 2])
    #expect(Tensor([4, 5], shape: [2, 1]).argmaxOfRows == [0, 0])
  }

  @Test func equalityIsOfShapeAndNumbers() {
    #expect(matrix == Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]))
    #expect(matrix != matrix.reshaped([2, 3]))
    #expect(Tensor(0) == Tensor(-0.0))
    #expect(Tensor(.nan) != Tensor(.nan))
  }

  @Test func namedTensorsKeepTheirOrder() {
    var named = NamedTensors(names: ["b", "a"], values: [matrix, Tensor(1)])
    named["c"] = Tensor([1, 2], shape: [2])
    #expect(Array(named.names) == ["b", "a", "c"])
    #expect(named.count == 3 && named.scalarCount == 9)
    let doubled = named.zip(named) { $0 + $1 }
    #expect(doubled == named.mapValues { 2 * $0 })
    #expect(Array(doubled.names) == ["b", "a", "c"] && doubled["a"] == Tensor(2))
    #expect(named.isFinite)
    named["a"] = Tensor(.infinity)
    #expect(!named.isFinite)
  }
}

@Suite struct ImageTransformTests {
  /// Two images of 2 × 3 pixels and 2 channels: byte = 100·image + 10·pixel + channel.
  private let pixels: [UInt8] = (0..<24).map { number in
    let (image, pixel, channel) = (number / 12, number % 12 / 2, number % 2)
    return UInt8(100 * image + 10 * pixel + channel)
  }
  private let plain = Tensor.ImageTransform(scale: [1, 2], offset: [0, -1])

  private func images(_ indices: [Int], _ transform: Tensor.ImageTransform) -> Tensor {
    Tensor(images: pixels, imageShape: [2, 3, 2], indices: indices, transform: transform)
  }

  @Test func scalesAndShiftsEachChannel() {
    let result = images([1, 0], plain)
    #expect(result.shape == [2, 2, 3, 2])
    #expect(result.row(0) == [100, 201, 110, 221, 120, 241, 130, 261, 140, 281, 150, 301])
    #expect(result.row(1) == [0, 1, 10, 21, 20, 41, 30, 61, 40, 81, 50, 101])
  }

  @Test func movesAndMirrorsEachImage() {
    var transform = plain
    transform.shiftY = [0, 1, 0, -1]
    transform.shiftX = [1, 0, 0, 2]
    transform.mirror = [false, false, true, false]
    let result = images([0, 0, 0, 1], transform)
    let nothing: [Float] = [0, -1]
    func pixel(_ number: Int) -> [Float] { [Float(10 * number), Float(20 * number + 1)] }
    #expect(result.row(0) == nothing + pixel(0) + pixel(1) + nothing + pixel(3) + pixel(4))
    #expect(result.row(1) == nothing + nothing + nothing + pixel(0) + pixel(1) + pixel(2))
    #expect(result.row(2) == pixel(2) + pixel(1) + pixel(0) + pixel(5) + pixel(4) + pixel(3))
    #expect(result.row(3) == nothing + nothing + [130, 261] + nothing + nothing + nothing)
  }

  /// Rows longer and shorter than a block of vectors, and more channels than blocks have.
  @Test(arguments: [1, 2, 3, 4, 5], [15, 16, 37]) func agreesPixelByPixel(channels: Int, width: Int) {
    let height = 3
    let count = 2 * height * width * channels
    let pixels = (0..<count).map { UInt8(truncatingIfNeeded: 37 * $0 + $0 / 7) }
    var transform = Tensor.ImageTransform(
      scale: (0..<channels).map { 0.25 * Float($0 + 1) }, offset: (0..<channels).map { -Float($0) })
    let moves = [(0, 0, false), (1, 2, false), (-1, -3, false), (0, 0, true), (0, 4, true), (2, -5, true)]
    transform.shiftY = moves.map { Int32($0.0) }
    transform.shiftX = moves.map { Int32($0.1) }
    transform.mirror = moves.map(\.2)
    let found = Tensor(
      images: pixels, imageShape: [height, width, channels], indices: [0, 1, 0, 1, 0, 1], transform: transform)
    for (image, (down, right, isMirrored)) in moves.enumerated() {
      for y in 0..<height {
        for x in 0..<width {
          let (fromY, fromX) = (y - down, (isMirrored ? width - 1 - x : x) - right)
          let isInside = (0..<height).contains(fromY) && (0..<width).contains(fromX)
          for c in 0..<channels {
            let place = ((image % 2 * height + fromY) * width + fromX) * channels + c
            let pixel = isInside ? Float(pixels[place]) : 0
            let value = found.row(image)[(y * width + x) * channels + c]
            #expect(value == pixel * 0.25 * Float(c + 1) - Float(c), "image \(image), pixel \(y), \(x), channel \(c)")
          }
        }
      }
    }
  }
}
