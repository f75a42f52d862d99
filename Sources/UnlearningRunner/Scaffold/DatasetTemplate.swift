/// The files of a new data set: a working one, to be changed.
enum DatasetTemplate {
  /// The data set: stripes in four directions.
  static func source(_ name: PluginName) -> String {
    """
    public import Data
    import Engine
    public import Foundation
    public import Unlearning

    /// Noisy stripes, `[16, 16, 1]`, 4 classes by direction; no download.
    ///
    /// A pixel at (y, x) is `½ + ½·sin(2π·(d/8 + φ)) + σ·ε`, clamped to [0, 1], with d = y, x, x + y or x − y by class, a
    /// random phase φ per image and normal noise ε.
    /// - Source: a template for your own data set; state authors, venue and address here and in `card`. A data set with
    ///   files names them in `remoteFiles` or `gotByHand` and in `localFiles()`, and reads them in `load()`.
    public struct \(name.type): DatasetSource {
      /// Name, title and source.
      public static let card = Card(
        name: "\(name.plugin)", title: "\(name.title)",
        summary: "Noisy stripes: gray, 16×16, 4 classes by direction; no download.",
        source: Source(authors: "the authors of this plugin", venue: "unpublished"),
        // Part of every cache key: raise it whenever a change to the code changes the images.
        version: 1)
      /// None: the images are computed.
      public static let remoteFiles: [RemoteFile] = []

      /// Training images.
      @Parameter("training images; the classes alternate", .closed(1, 1_000_000)) public var trainCount = 2000
      /// Test images.
      @Parameter("test images; the classes alternate", .closed(1, 1_000_000)) public var testCount = 400
      /// Another seed draws other images; independent of an experiment's seeds.
      @Parameter("seed of the drawing", .seed) public var seed = 0
      /// σ.
      @Parameter("standard deviation of the noise, of pixels in [0, 1]", .closed(0, 1)) public var noise: Float = 0.2

      /// 2,000 training and 400 test images.
      public init() {}

      /// The names of the classes, by label.
      public var classNames: [String] { ["horizontal", "vertical", "rising", "falling"] }
      /// `[16, 16, 1]`, the shape of every image.
      public var imageShape: [Int] { [16, 16, 1] }

      /// None: the images are computed.
      public func localFiles() throws(DataError) -> [URL] { [] }

      /// Draws the images.
      public func load() throws(DataError) -> DataSplits {
        DataSplits(train: draw(trainCount, split: "train"), test: draw(testCount, split: "test"))
      }

      private func draw(_ count: Int, split: String) -> Dataset {
        let root = RandomSource(seed: UInt64(bitPattern: Int64(seed)))
        let labels = (0..<count).map { $0 % classNames.count }
        var pixels: [UInt8] = []
        for (index, label) in labels.enumerated() {
          // Each image has its own stream: the number of images does not change the others.
          var random = root.stream("\(name.plugin)-\\(split)", index)
          let phase = random.uniform()
          for y in 0..<imageShape[0] {
            for x in 0..<imageShape[1] {
              let place = Float([y, x, x + y, x - y][label])
              let value = 0.5 + 0.5 * sin(2 * .pi * (place / 8 + phase)) + noise * random.normal()
              pixels.append(UInt8((255 * min(max(value, 0), 1)).rounded()))
            }
          }
        }
        return Dataset(
          name: Self.card.name, classNames: classNames, imageShape: imageShape,
          normalization: Normalization(mean: [0.5], deviation: [0.35]), pixels: pixels, labels: labels)
      }
    }

    """
  }

  /// The tests of what is specific to it; consistency with the card is tested for all data sets elsewhere.
  static func test(_ name: PluginName) -> String {
    """
    import Data
    import \(name.module)
    import Testing
    import Unlearning

    @Suite struct \(name.module)Tests {
      private func firstImages(_ source: \(name.type)) throws -> [[UInt8]] {
        let train = try source.load().train
        return (0..<8).map(train.bytes)
      }

      @Test func classesTakeTurns() throws {
        let splits = try \(name.type)().load()
        #expect(splits.train.count == 2000 && splits.test.count == 400)
        #expect(splits.train.labels.prefix(5) == [0, 1, 2, 3, 0])
      }

      @Test func seedChoosesTheImagesAndTheirNumberDoesNot() throws {
        var source = \(name.type)()
        source.trainCount = 8
        let few = try firstImages(source)
        source.trainCount = 16
        #expect(try firstImages(source) == few)
        source.seed = 1
        #expect(try firstImages(source) != few)
      }

      @Test(arguments: [-0.1, 1.5])
      func refusesNoiseOutOfRange(noise: Float) {
        var source = \(name.type)()
        source.noise = noise
        let error = #expect(throws: ParameterError.self) { try source.validateRanges() }
        #expect(error?.problems.map(\\.parameter) == ["noise"])
      }
    }

    """
  }
}
