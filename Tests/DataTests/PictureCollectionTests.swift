import Engine
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Data

@Suite struct PictureCollectionTests {
  private let folder: TemporaryFolder
  private let golden: PictureGolden
  private static let names = ["jpeg", "png", "gray jpeg", "progressive jpeg", "gray png", "png with transparency"]

  init() throws {
    folder = try TemporaryFolder()
    golden = try PictureGolden.load()
    for (number, name) in Self.names.enumerated() {
      try folder.write(Array(try #require(golden.decoded[name]).file), to: "\(number)")
    }
  }

  /// Pictures 0 to 2 train, 3 validates, 4 and 5 test; classes and values alternate.
  private func collection() -> PictureCollection {
    var collection = PictureCollection(
      name: "pictures", classNames: ["a", "b"], attribute: SensitiveAttribute(name: "place", valueNames: ["x", "y"]))
    for number in Self.names.indices {
      collection.add(
        folder.url.appending(path: "\(number)"), label: number % 2, sensitive: number / 2 % 2,
        to: number < 3 ? .train : number == 3 ? .validation : .test)
    }
    return collection
  }

  private func load(_ subset: Subset = Subset(), size: Int = 8) throws -> DataSplits {
    try collection().load(size: size, framing: .center, cache: cache.path, subset: subset)
  }

  private var cache: URL { folder.url.appending(path: "cache") }
  private func kept(_ ending: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: cache.appending(path: "pictures"), includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == ending }
  }

  /// For each picture, whether it has a digest.
  private func marks() throws -> [Bool] {
    let bytes = Array(try Foundation.Data(contentsOf: try #require(try kept("digests").first)))
    return stride(from: 0, to: bytes.count, by: 32).map { bytes[$0..<$0 + 32].contains { $0 != 0 } }
  }

  @Test func partsHaveTheirPicturesInOrder() throws {
    let splits = try load()
    #expect(splits.train.indices == [0, 1, 2] && splits.validation?.indices == [3] && splits.test.indices == [4, 5])
    #expect(splits.train.labels == [0, 1, 0] && splits.train.sensitiveValues == [0, 0, 1])
    for (set, row, number) in [(splits.train, 1, 1), (splits.test, 1, 5)] {
      let picture = try Picture(decoding: Array(try #require(golden.decoded[Self.names[number]]).file))
      let stored = try Framing.center.framed(picture, size: 8)
      let image = stored.cropped(to: Picture.Rectangle(top: 1, left: 1, height: 8, width: 8)).pixels
      #expect(set.bytes(row) == image)
      let tensor = set.images([row])
      #expect(isClose((0..<tensor.count).map { tensor[$0] }, image.map { (Float($0) / 255 - 0.5) / 0.5 }))
    }
  }

  @Test func onlyWhatIsUsedIsDecodedAndNothingTwice() throws {
    let part = try load(Subset(trainCount: 1, testCount: 1))
    #expect(try marks().count { $0 } == 3)
    let whole = try load()
    #expect(try marks() == [true, true, true, true, true, true])
    #expect(part.train.bytes(0) == whole.train.bytes(part.train.indices[0]))
    let file = try #require(try kept("pixels").first)
    let before = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
    #expect(try load().test.bytes(1) == whole.test.bytes(1))
    #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date == before)
    #expect(try kept("new").isEmpty)
  }

  /// 300 pictures are decoded in three batches; after an interruption the first one is kept.
  @Test func decodingCanBeInterrupted() throws {
    var many = PictureCollection(name: "pictures", classNames: ["a"], attribute: nil)
    for _ in 0..<300 { many.add(folder.url.appending(path: "1"), label: 0, sensitive: nil, to: .train) }
    func load(_ watch: @escaping DecodingWatch) throws -> DataSplits {
      try many.load(size: 8, framing: .center, cache: cache.path, subset: Subset(), watch: watch)
    }
    #expect(throws: DataError.decodingInterrupted(done: 128, missing: 300)) { try load { done, _ in done < 128 } }
    let told = Mutex<[[Int]]>([])
    _ = try load { done, missing in
      told.withLock { $0.append([done, missing]) }
      return true
    }
    #expect(told.withLock { $0 } == [[0, 172], [128, 172]])
    _ = try load { _, _ in false }
  }

  @Test func otherSizesAndOtherContentHaveFilesOfTheirOwn() throws {
    _ = try load()
    _ = try load(size: 9)
    #expect(try kept("pixels").count == 2)
    try folder.write(Array(try #require(golden.decoded["png"]).file), to: "0")
    #expect(try load().train.bytes(0) == load().train.bytes(1))
    #expect(try kept("pixels").count == 3)
  }

  /// A crash or a full disk could leave such a file.
  @Test func aShortFileIsMadeAnew() throws {
    let expected = try load().train.bytes(2)
    let file = try #require(try kept("pixels").first)
    try Foundation.Data([1, 2, 3]).write(to: file, options: .atomic)
    #expect(try load().train.bytes(2) == expected)
    try Foundation.Data().write(to: try #require(try kept("digests").first), options: .atomic)
    #expect(try load().train.bytes(2) == expected)
  }

  /// One byte of picture 2 changes, as on a failing disk; it is decoded again, with one message.
  @Test func aDamagedPictureIsDecodedAgain() throws {
    let expected = try load()
    let file = try #require(try kept("pixels").first)
    let whole = try Foundation.Data(contentsOf: file)
    var damaged = whole
    damaged[2 * 10 * 10 * 3 + 17] ^= 1
    try damaged.write(to: file)
    let notes = Mutex<[String]>([])
    let cache = cache.path
    func again() throws -> DataSplits {
      try collection().load(size: 8, framing: .center, cache: cache, subset: Subset()) { _, _ in
        true
      } note: { text in
        notes.withLock { $0.append(text) }
      }
    }
    #expect(try again().train.bytes(2) == expected.train.bytes(2))
    #expect(try Foundation.Data(contentsOf: file) == whole)
    _ = try again()
    let text = "pictures: 1 picture in \(cache)/pictures damaged after decoding, decoded again"
    #expect(notes.withLock { $0 } == [text])
  }

  @Test func badPicturesAreLeftOutWhereThatIsWanted() throws {
    try folder.write(Array(repeating: 7, count: 90), to: "1")
    let faulty = try #require(golden.faulty["two gammas"])
    try folder.write(Array(faulty.file), to: "2")
    var notes: [String] = []
    func load() throws -> DataSplits {
      try collection().load(
        size: 8, framing: .center, cache: cache.path, subset: Subset(), onBadPicture: .skip, note: { notes.append($0) })
    }
    let splits = try load()
    #expect(splits.train.indices == [0, 2] && splits.train.labels == [0, 0] && splits.test.indices == [4, 5])
    let path = folder.url.path
    #expect(
      notes.first == "pictures: 1 picture that cannot be decoded, left out because of `on_bad_picture: skip`: "
        + "\(path)/1: the file is neither JPEG nor PNG")
    #expect(
      notes.dropFirst().first?.hasPrefix(
        "pictures: 1 picture with faults outside the pixels, used nevertheless: \(path)/2: gAMA") == true)
    #expect(notes.dropFirst(2) == ["pictures: no training picture of b can be decoded"])
    // Faults are reported when a picture is decoded, bad pictures every time.
    _ = try load()
    #expect(notes.dropFirst(3) == [notes[0], notes[2]])
    try folder.write([1], to: "0")
    try folder.write([1], to: "2")
    #expect(throws: DataError.self) { try load() }
  }

  @Test func classesAndPartsWithoutPicturesAreNamed() throws {
    var collection = PictureCollection(name: "pictures", classNames: ["cat", "dog", "owl"])
    let parts: [PictureCollection.Part] = [.train, .train, .validation, .validation, .test, .test]
    for (number, part) in parts.enumerated() {
      collection.add(folder.url.appending(path: "\(number)"), label: number % 2, to: part)
    }
    for number in [1, 2, 3] { try folder.write([7], to: "\(number)") }
    var notes: [String] = []
    let splits = try collection.load(
      size: 8, framing: .center, cache: cache.path, subset: Subset(), onBadPicture: .skip, note: { notes.append($0) })
    #expect(splits.validation == nil && splits.train.classSizes == [1, 0, 0])
    #expect(
      notes.dropFirst() == [
        "pictures: no training picture of dog can be decoded",
        "pictures: no validation picture of any class can be decoded",
      ])
  }

  @Test func brokenPicturesAreAllNamed() throws {
    try folder.write(Array(repeating: 7, count: 90), to: "1")
    let cut = Array(try #require(golden.decoded["jpeg"]).file.prefix(500))
    try folder.write(cut, to: "4")
    let error = #expect(throws: DataError.self) { try load() }
    guard case .badPictures(let problems) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(problems.map(\.path) == [folder.url.appending(path: "1").path, folder.url.appending(path: "4").path])
    #expect(problems[0].reason == "the file is neither JPEG nor PNG")
    #expect(error?.description.contains("2 pictures cannot be decoded:\n") == true)
    // Unused pictures do not matter, and the good ones were kept.
    #expect(try marks() == [true, false, true, true, false, true])
  }

  /// Puts in place of pictures what is no file that could be read.
  private func spoil(_ pictures: [Int]) throws {
    for (picture, make) in zip(
      pictures,
      [
        { symlink("/nowhere", $0) }, { mkfifo($0, 0o644) }, { symlink("/dev/null", $0) }, { symlink($0, $0) },
      ] as [(String) -> Int32])
    {
      let path = folder.url.appending(path: "\(picture)").path
      try FileManager.default.removeItem(atPath: path)
      #expect(make(path) == 0)
    }
  }

  private static let reasons = [
    "it cannot be read: No such file or directory", "this is no file, but a directory or special file",
    "this is no file, but a directory or special file", "it cannot be read: Too many levels of symbolic links",
  ]

  @Test(.timeLimit(.minutes(10))) func whatCannotBeReadIsLeftOutWhereThatIsWanted() throws {
    try spoil([0, 1, 3, 4])
    var planned = PlannedFiles()
    let files = collection().files
    for (url, digest) in zip(files, try FileDigest.sha256(ofPictures: files, onBadPicture: .skip)) {
      planned.add(url, digest: digest)
    }
    var notes: [String] = []
    func load() throws -> DataSplits {
      try collection().load(
        size: 8, framing: .center, cache: cache.path, subset: Subset(), onBadPicture: .skip, note: { notes.append($0) })
    }
    for splits in [try load(), try planned.checking(load)] {
      #expect(splits.train.indices == [2] && splits.validation == nil && splits.test.indices == [5])
    }
    let named = zip([0, 1, 3, 4], Self.reasons).map { "\(files[$0].path): \($1)" }
    let note =
      "pictures: 4 pictures that cannot be decoded, left out because of `on_bad_picture: skip`: "
      + named.joined(separator: "; ")
    let emptied = ["training picture of b", "validation picture of any class", "test picture of a"].map {
      "pictures: no \($0) can be decoded"
    }
    #expect(notes == [note] + emptied + [note] + emptied)
    let outline = try collection().outline(size: 8, framing: .center, subset: Subset(), onBadPicture: .skip)
    #expect(outline.train.indices == [2] && outline.validation == nil && outline.test.indices == [5])
    // A picture that can be read now belongs to other data than those planned.
    try FileManager.default.removeItem(at: files[0])
    try folder.write(Array(try #require(golden.decoded["jpeg"]).file), to: "0")
    #expect(throws: DataError.changed(path: files[0].path, planned: nil)) { try planned.checking(load) }
    #expect(try load().train.indices == [0, 2])
    try FileManager.default.removeItem(at: files[5])
    #expect(throws: DataError.self) { try planned.checking(load) }
  }

  @Test(.timeLimit(.minutes(10))) func whatCannotBeReadIsNamedAllAtOnce() throws {
    try spoil([0, 1, 3, 4])
    let files = collection().files
    let problems = zip([0, 1, 3, 4], Self.reasons).map { PictureProblem(path: files[$0].path, reason: $1) }
    #expect(throws: DataError.badPictures(problems)) { try load() }
    #expect(throws: DataError.badPictures(problems)) { try FileDigest.sha256(ofPictures: files, onBadPicture: .stop) }
  }

  @Test func aCacheThatCannotBeWrittenIsNamed() throws {
    try folder.write([1], to: "cache")
    let error = #expect(throws: DataError.self) { try load() }
    #expect(error?.description.contains("cache/pictures: cannot be written: ") == true)
    #expect(error?.description.contains("`cache:` or $LACUNA_CACHE") == true)
  }

  @Test func missingPicturesAreNamed() throws {
    try FileManager.default.removeItem(at: folder.url.appending(path: "2"))
    let list = folder.url.appending(path: "list.csv")
    #expect(
      throws: DataError.missingFiles(
        dataset: "pictures", paths: [folder.url.appending(path: "2").path], source: "there")
    ) { try collection().requireFiles(list: list, source: "there") }
    #expect(throws: DataError.badLine(path: list.path, line: 1, problem: "there are no training pictures")) {
      try PictureCollection(name: "none", classNames: ["a"]).requireFiles(list: list, source: "there")
    }
  }

  @Test func theCacheIsNamedByParameterEnvironmentOrStandard() {
    func path(_ parameter: String?, _ environment: [String: String]) -> String {
      CacheRoot.resolve(parameter, environment: environment).path
    }
    #expect(path("/a", ["LACUNA_CACHE": "/b"]) == "/a")
    #expect(path(nil, ["LACUNA_CACHE": "/b", "XDG_CACHE_HOME": "/c"]) == "/b")
    #expect(path("", ["LACUNA_CACHE": "", "XDG_CACHE_HOME": "/c"]) == "/c/lacuna")
    #expect(path(nil, [:]) == NSString(string: "~/.cache/lacuna").expandingTildeInPath)
  }
}

@Suite struct ResizedCropTests {
  private var augmentation: Augmentation {
    var augmentation = Augmentation()
    augmentation.resizedCrop = true
    return augmentation
  }

  /// Over many draws: crops are inside the image, with the allowed areas and ratios, and cover their range.
  @Test func partsHaveTheStatedAreasAndRatios() {
    let moves = (0..<2000).map { augmentation.move(RandomSource(seed: 3).stream("draw", $0), height: 100, width: 100) }
    let parts = moves.compactMap(\.crop)
    #expect(parts.count == 2000)
    #expect(parts.allSatisfy { $0.top >= 0 && $0.left >= 0 && $0.top + $0.height <= 100 && $0.left + $0.width <= 100 })
    let areas = parts.map { Double($0.height * $0.width) / 10_000 }
    let ratios = parts.map { Double($0.width) / Double($0.height) }
    #expect(areas.allSatisfy { $0 > 0.07 && $0 <= 1 } && ratios.allSatisfy { $0 > 0.72 && $0 < 1.39 })
    #expect(areas.min() ?? 1 < 0.1 && areas.max() ?? 0 > 0.9)
    #expect(ratios.min() ?? 1 < 0.77 && ratios.max() ?? 0 > 1.3)
    // 0.4813 is the mean of 200,000 draws of the rule in NumPy; uniform areas that always fit would have 0.54.
    #expect(abs(areas.reduce(0, +) / 2000 - 0.4813) < 0.02)
    #expect(Set(parts.map(\.top)).count > 50 && Set(parts.map(\.left)).count > 50)
  }

  /// In a strip with an aspect ratio of 40, large crops never fit.
  @Test func whatNeverFitsBecomesTheMiddle() {
    let parts = (0..<300).compactMap {
      augmentation.move(RandomSource(seed: 4).stream("draw", $0), height: 10, width: 400).crop
    }
    #expect(parts.contains(Picture.Rectangle(top: 0, left: 193, height: 10, width: 13)))
    #expect(parts.allSatisfy { $0.height <= 10 && Double($0.width) / Double($0.height) < 1.6 })
  }

  @Test func imagesAreTheirParts() {
    let set = randomSet(6, imageShape: [12, 10, 3])
    let random = RandomSource(seed: 9)
    for batch in set.batches(of: 4, epoch: 2, random: random, augmentation: augmentation) {
      for (place, row) in batch.rows.enumerated() {
        let part = augmentation.move(random.stream("augmentation", 2, row), height: 12, width: 10).crop
        let picture = Picture(height: 12, width: 10, pixels: set.bytes(row))
        let expected = part.map { picture.cropped(to: $0).resized(height: 12, width: 10).pixels } ?? []
        let found = (0..<360).map { pixel -> Int in
          let channel = pixel % 3
          let value = batch.images[place * 360 + pixel]
          return Int((255 * (value * (0.2 + 0.05 * Float(channel)) + 0.4 + 0.1 * Float(channel))).rounded())
        }
        #expect(found == expected.map(Int.init))
      }
    }
  }
}

@Suite struct CommaSeparatedTableTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func table(_ text: String, _ columns: [String]) throws -> CommaSeparatedTable {
    try CommaSeparatedTable(folder.write(Array(text.utf8), to: "t.csv"), columns: columns)
  }

  @Test func readsColumnsInTheWantedOrder() throws {
    let table = try table("\u{feff}a,b,c\r\n1,2,3\r\n\r\n\"x,\"\"y\"\"\",,\"z\"\r\n", ["c", "a"])
    #expect(table.rows.map(\.values) == [["3", "1"], ["z", "x,\"y\""]])
    #expect(table.rows.map(\.line) == [2, 4])
    #expect(try table.index(of: table.rows[0], column: 0, among: ["1", "3"]) == 1)
  }

  @Test(arguments: [
    ("a,c\n1,2\n", "t.csv:1: the header has no column 'b'; it has 'a', 'c'"),
    ("a,b\n1,2\n3\n", "t.csv:3: expected 2 values, found 1"), ("a,b\n", "t.csv:2: the file has no rows"),
  ])
  func namesWhatIsWrong(text: String, problem: String) {
    let error = #expect(throws: DataError.self) { try table(text, ["a", "b"]) }
    #expect(error?.description.contains(problem) == true)
  }

  @Test func namesValuesThatAreNone() throws {
    let table = try table("a\n1\n9\n", ["a"])
    let error = #expect(throws: DataError.self) { try table.index(of: table.rows[1], column: 0, among: ["0", "1"]) }
    #expect(error?.description.contains("t.csv:3: '9' is not one of '0', '1'") == true)
  }
}
