public import Foundation

/// Labeled picture files and their split, before any picture is read.
public struct PictureCollection: Sendable {
  /// The data set's name in experiment files.
  public var name: String
  /// The names of the classes, by label.
  public var classNames: [String]
  /// The sensitive attribute that defines groups, or nil.
  public var attribute: SensitiveAttribute?
  /// The files; a picture's number is its index here.
  public private(set) var files: [URL] = []
  /// The class of each picture.
  public private(set) var labels: [Int] = []
  /// The attribute's value of each picture; empty without an attribute.
  public private(set) var sensitive: [Int] = []
  /// The numbers of the pictures of each split.
  public private(set) var train: [Int] = [], validation: [Int] = [], test: [Int] = []

  /// A split of the data set.
  public enum Part: Sendable { case train, validation, test }

  /// A collection without pictures.
  public init(name: String, classNames: [String], attribute: SensitiveAttribute? = nil) {
    self.name = name
    self.classNames = classNames
    self.attribute = attribute
  }

  /// Adds a picture to a split.
  public mutating func add(_ file: URL, label: Int, sensitive value: Int? = nil, to part: Part) {
    precondition((value == nil) == (attribute == nil), "a value of the attribute for each picture")
    switch part {
    case .train: train.append(files.count)
    case .validation: validation.append(files.count)
    case .test: test.append(files.count)
    }
    files.append(file)
    labels.append(label)
    if let value { sensitive.append(value) }
  }

  /// Checks that every file exists and that the train and test splits are not empty.
  ///
  /// - Parameters:
  ///   - list: The file that names the pictures, or their folder.
  ///   - source: The address of the official source.
  /// - Throws: `missingFiles` with the paths of all missing files; `badLine` if a split is empty.
  public func requireFiles(list: URL, source: String) throws(DataError) {
    guard !train.isEmpty && !test.isEmpty else {
      throw .badLine(path: list.path, line: 1, problem: "there are no \(train.isEmpty ? "training" : "test") pictures")
    }
    let missing = files.filter { !FileManager.default.fileExists(atPath: $0.path) }
    guard missing.isEmpty else { throw .missingFiles(dataset: name, paths: missing.map(\.path), source: source) }
  }

  /// The splits, or the requested draw of them, as square images of `size` pixels and three channels in [−1, 1].
  ///
  /// Pictures that are used and not yet cached are decoded, on all threads, and kept in the folder `cache`. The index
  /// of an image in its source set is the picture's number.
  /// - `cache`: See `CacheRoot.resolve`.
  /// - `onBadPicture`: Whether a picture that cannot be read or decoded makes loading fail, or is left out of its split and
  ///   draw.
  /// - `watch`: Called with the progress of decoding.
  /// - `note`: Called with messages about pictures that are left out, faults outside the pixels, and damage to decoded
  ///   pictures.
  /// - Throws: `badPictures`, `unwritable`, `unreadable`, `notAFile`, `changed`, `subsetCount`, `decodingInterrupted`.
  public func load(
    size: Int, framing: Framing, cache: String?, subset: Subset, onBadPicture: BadPictureChoice = .stop,
    watch: DecodingWatch = { _, _ in true }, note: (String) -> Void = { _ in }
  ) throws(DataError) -> DataSplits {
    try splits(size: size, framing: framing, subset: subset) { used throws(DataError) in
      let folder = CacheRoot.resolve(cache).appendingPathComponent("pictures", isDirectory: true)
      let outcome = try DecodedPictures(files: files, size: size, framing: framing, folder: folder)
        .outcome(of: used, watch: watch)
      let problems = outcome.bad.map(\.problem)
      guard problems.isEmpty || onBadPicture == .skip else { throw .badPictures(problems) }
      let leftOut = Set(outcome.bad.map(\.picture))
      for part in [train, test] where !part.isEmpty && part.allSatisfy({ leftOut.contains($0) }) {
        throw .badPictures(problems)
      }
      for text in notes(on: outcome, folder) + emptied(used, leftOut: leftOut) { note(text) }
      return (outcome.pixels, leftOut)
    }
  }

  /// A note on the classes of each split that have pictures among `used`, but none that can be decoded.
  private func emptied(_ used: [Int], leftOut: Set<Int>) -> [String] {
    let isUsed = Set(used)
    func classes(_ pictures: [Int], _ isCounted: (Int) -> Bool) -> Set<Int> {
      Set(pictures.filter { isUsed.contains($0) && isCounted($0) }.map { labels[$0] })
    }
    return [("training", train), ("validation", validation), ("test", test)].compactMap { part, pictures in
      let (before, after) = (classes(pictures) { _ in true }, classes(pictures) { !leftOut.contains($0) })
      let names = before.subtracting(after).sorted().map { classNames[$0] }
      let which = after.isEmpty ? "any class" : names.joined(separator: ", ")
      return names.isEmpty ? nil : "\(name): no \(part) picture of \(which) can be decoded"
    }
  }

  private func notes(on outcome: DecodedPictures.Outcome, _ folder: URL) -> [String] {
    func pictures(_ count: Int) -> String { count == 1 ? "1 picture" : "\(count) pictures" }
    func named(_ problems: [PictureProblem]) -> String {
      let shown = problems.prefix(5).map { "\($0.path): \($0.reason)" }
      return (shown + (problems.count > 5 ? ["and \(problems.count - 5) more"] : [])).joined(separator: "; ")
    }
    var notes: [String] = []
    if !outcome.mended.isEmpty {
      notes.append(
        "\(pictures(outcome.mended.count)) in \(folder.path) damaged after decoding, decoded again")
    }
    if !outcome.bad.isEmpty {
      notes.append(
        "\(pictures(outcome.bad.count)) that cannot be decoded, left out because of `on_bad_picture: skip`: "
          + named(outcome.bad.map(\.problem)))
    }
    if !outcome.faults.isEmpty {
      notes.append(
        "\(pictures(outcome.faults.count)) with faults outside the pixels, used nevertheless: "
          + named(outcome.faults))
    }
    return notes.map { "\(name): \($0)" }
  }

  /// The same splits without their pixels; no picture is decoded.
  ///
  /// With `skip`, files that cannot be read or are neither JPEG nor PNG by their first bytes are left out here, too;
  /// those that only decoding would reveal as bad are counted.
  /// - Throws: `subsetCount`.
  public func outline(
    size: Int, framing: Framing, subset: Subset, onBadPicture: BadPictureChoice = .stop
  ) throws(DataError) -> DataSplits {
    let side = framing.storedSize(size)
    return try splits(size: size, framing: framing, subset: subset) { used throws(DataError) in
      var leftOut: Set<Int> = []
      if onBadPicture == .skip {
        for picture in used where (try? Picture.isOfKnownKind(files[picture])) != true { leftOut.insert(picture) }
      }
      return (.absent(count: files.count * side * side * 3), leftOut)
    }
  }

  private func splits(
    size: Int, framing: Framing, subset: Subset,
    pixels: (_ used: [Int]) throws(DataError) -> (PixelStore, leftOut: Set<Int>)
  ) throws(DataError) -> DataSplits {
    func drawn(_ part: [Int], _ count: Int?, _ split: String) throws(DataError) -> [Int] {
      try subset.rows(
        count, of: part.map { labels[$0] }, classCount: classNames.count, split: split, name: name
      ).map { part[$0] }
    }
    let train = try drawn(train, subset.trainCount, "train"), test = try drawn(test, subset.testCount, "test")
    let stored = framing.storedSize(size)
    let (store, leftOut) = try pixels((train + validation + test).sorted())
    func usable(_ part: [Int]) -> [Int] { leftOut.isEmpty ? part : part.filter { !leftOut.contains($0) } }
    let whole = Dataset(
      name: name, classNames: classNames, imageShape: [size, size, 3], storedShape: [stored, stored, 3],
      normalization: Normalization(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5]),
      pixels: store, labels: labels, attribute: attribute, sensitive: sensitive)
    let held = usable(validation)
    return DataSplits(
      train: whole.selecting(usable(train)), test: whole.selecting(usable(test)),
      validation: held.isEmpty ? nil : whole.selecting(held))
  }
}
