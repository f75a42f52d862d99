import Data
import Engine
import Foundation
import TestSupport
import Testing

/// Locations of files, index files, and the real data sets.
struct FilesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var set: IDXSet {
    IDXSet(
      name: "tiny", folder: "tiny-folder", source: "https://example.org/tiny/", classNames: ["a", "b"],
      normalization: Normalization(mean: [0.5], deviation: [0.25]), rows: 3, columns: 2, trainCount: 4, testCount: 2)
  }

  private func write(_ place: String, suffix: String) throws {
    for (name, bytes) in zip(
      IDXSet.fileNames,
      [
        idxImages(count: 4, rows: 3, columns: 2), idxLabels([0, 1, 1, 0]), idxImages(count: 2, rows: 3, columns: 2),
        idxLabels([1, 0]),
      ])
    {
      try folder.write(suffix == ".gz" ? gzip(bytes) : bytes, to: place + name + suffix)
    }
  }

  /// A write through a mapping changes no time of a file whose page is already dirty, as any write within one tick of a
  /// coarse clock.
  @Test("a file that was just written is read again, although its times are the same")
  func freshFiles() throws {
    let url = try folder.write([1, 1], to: "file")
    let handle = try FileHandle(forUpdating: url)
    let mapping = try #require(mmap(nil, 2, PROT_READ | PROT_WRITE, MAP_SHARED, handle.fileDescriptor, 0))
    try #require(mapping != MAP_FAILED)
    defer { munmap(mapping, 2) }
    mapping.storeBytes(of: 2, as: UInt8.self)
    let before = try FileDigest.sha256(of: [url])
    mapping.storeBytes(of: 3, as: UInt8.self)
    #expect(try FileDigest.sha256(of: [url]) != before)
  }

  @Test(
    "files lie in the standard folder or the root, gzipped or plain", arguments: ["tiny-folder/", ""], [".gz", ""])
  func finds(place: String, suffix: String) throws {
    try write(place, suffix: suffix)
    let urls = try set.files.locate(root: folder.url.path)
    #expect(urls.map(\.lastPathComponent) == IDXSet.fileNames.map { $0 + suffix })
    let data = try set.load(root: folder.url.path)
    #expect(data.train.labels == [0, 1, 1, 0])
    #expect(data.test.labels == [1, 0])
    #expect(data.train.name == "tiny")
    #expect(data.train.imageShape == [3, 2, 1])
    #expect(data.validation == nil)
  }

  @Test("files of two folders are never mixed")
  func neverMixes() throws {
    try write("", suffix: "")
    try write("tiny-folder/", suffix: ".gz")
    let urls = try set.files.locate(root: folder.url.path)
    #expect(urls.allSatisfy { $0.deletingLastPathComponent().lastPathComponent == "tiny-folder" })
    try FileManager.default.removeItem(at: urls[2])
    let others = try set.files.locate(root: folder.url.path)
    #expect(others.map(\.lastPathComponent) == IDXSet.fileNames)
  }

  @Test("missing files are listed with their paths and source")
  func missing() throws {
    func paths(_ names: [String], _ place: String) -> [String] {
      names.map { folder.url.appendingPathComponent(place + $0 + ".gz").path }
    }
    #expect(
      throws: DataError.missingFiles(
        dataset: "tiny", paths: paths(IDXSet.fileNames, "tiny-folder/"), source: "https://example.org/tiny/")
    ) { try set.load(root: folder.url.path) }
    try write("", suffix: "")
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent(IDXSet.fileNames[1]))
    let error = DataError.missingFiles(
      dataset: "tiny", paths: paths([IDXSet.fileNames[1]], ""), source: "https://example.org/tiny/")
    #expect(throws: error) { try set.load(root: folder.url.path) }
    #expect(error.description.contains("train-labels-idx1-ubyte.gz"))
    #expect(error.description.contains("https://example.org/tiny/"))
    #expect(error.description.contains("runner data fetch tiny"))
  }

  @Test("the data root is the parameter, else the environment's, else data")
  func root() {
    #expect(DataRoot.resolve("/a/b").path == "/a/b")
    #expect(DataRoot.resolve("~/sets").path == NSString(string: "~/sets").expandingTildeInPath)
    #expect(DataRoot.resolve("~/sets").path.hasPrefix("/"))
    let fallback = ProcessInfo.processInfo.environment["LACUNA_DATA"].flatMap { $0.isEmpty ? nil : $0 } ?? "data"
    for none in [nil, ""] {
      let absolute = URL(fileURLWithPath: fallback, isDirectory: true).standardizedFileURL
      #expect(DataRoot.resolve(none).standardizedFileURL == absolute)
    }
  }

  @Test("index files: numbers, comments, empty lines, any line ends")
  func indexFile() throws {
    let text = "# forget these\n3\n\n 17 # the cat\r\n0\n4"
    #expect(try IndexFile.read(folder.write(Array(text.utf8), to: "i")) == [3, 17, 0, 4])
    #expect(try IndexFile.read(folder.write([], to: "empty")) == [])
    #expect(try IndexFile.read(folder.write([0xef, 0xbb, 0xbf] + Array("3\n17".utf8), to: "marked")) == [3, 17])
  }

  @Test(
    "index files: errors name the line", arguments: ["-1", "1.5", "1 2", "0x10", "99999999999999999999", "one", "+1"])
  func badIndexFile(text: String) throws {
    let url = try folder.write(Array("5\n# fine\n\(text) # bad\n6\n".utf8), to: "i")
    let error = DataError.badIndexLine(path: url.path, line: 3, text: text)
    #expect(throws: error) { try IndexFile.read(url) }
    #expect(error.description.hasPrefix("\(url.path):3: "))
  }

  private static let root = ProcessInfo.processInfo.environment["LACUNA_DATA"] ?? ""
  private static func has(_ folder: String) -> Bool {
    !root.isEmpty && FileManager.default.fileExists(atPath: root + "/" + folder)
  }

  @Test("MNIST itself", .enabled(if: has("mnist"), "set LACUNA_DATA to a folder with mnist/"))
  func mnist() throws {
    let set = IDXSet(
      name: "mnist", folder: "mnist", source: "", classNames: (0...9).map { "\($0)" },
      normalization: Normalization(mean: [0.1307], deviation: [0.3081]))
    let data = try set.load(root: Self.root)
    #expect(data.train.classSizes == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    #expect(data.test.classSizes == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    expectNormalized(data.train)
  }

  @Test("Fashion-MNIST itself", .enabled(if: has("fashion-mnist"), "set LACUNA_DATA to a folder with fashion-mnist/"))
  func fashionMNIST() throws {
    let set = IDXSet(
      name: "fashion-mnist", folder: "fashion-mnist", source: "", classNames: (0...9).map { "\($0)" },
      normalization: Normalization(mean: [0.2860], deviation: [0.3530]))
    let data = try set.load(root: Self.root)
    #expect(data.train.classSizes == [Int](repeating: 6000, count: 10))
    #expect(data.test.classSizes == [Int](repeating: 1000, count: 10))
    expectNormalized(data.train)
  }

  @Test(
    "CIFAR-10 itself",
    .enabled(if: has("cifar-10-batches-bin"), "set LACUNA_DATA to a folder with cifar-10-batches-bin/")
  )
  func cifar10() throws {
    let set = CIFARSet(
      files: FileSet(
        dataset: "cifar10", folder: "cifar-10-batches-bin",
        names: (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"], allowsGzip: false, source: ""),
      classCounts: [10], label: 0, classNames: (0...9).map { "\($0)" },
      normalization: Normalization(mean: [0.4914, 0.4822, 0.4465], deviation: [0.2470, 0.2435, 0.2616]),
      recordsPerTrainFile: 10_000)
    let data = try set.load(root: Self.root)
    #expect(data.train.classSizes == [Int](repeating: 5000, count: 10))
    #expect(data.test.classSizes == [Int](repeating: 1000, count: 10))
    expectNormalized(data.train)
  }

  /// The first 2,000 images have approximately mean 0 and deviation 1.
  private func expectNormalized(_ set: Dataset) {
    let numbers = set.images(Array(0..<2000)).scalars.map(Double.init)
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let deviation = (numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)).squareRoot()
    #expect(abs(mean) < 0.05)
    #expect(abs(deviation - 1) < 0.05)
  }
}
