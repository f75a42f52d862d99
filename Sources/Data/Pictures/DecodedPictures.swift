import Engine
import Foundation
import SystemErrors

/// Called repeatedly during decoding with the number of missing pictures decoded so far; returns whether to continue.
public typealias DecodingWatch = @Sendable (_ done: Int, _ missing: Int) -> Bool

/// Pictures as bytes of equal shape, decoded once and kept in a file in the cache folder.
///
/// The file's name is derived from the content of all pictures and their framing, and the file has a slot for each
/// picture. Only requested pictures are decoded; the slots of the others are holes that take no disk space. A second
/// file holds the SHA-256 of each slot, zeros for an empty one; it is written last and compared at every use, so that
/// an interruption loses only the pictures being written, and damaged ones are decoded again.
struct DecodedPictures {
  /// The files, in fixed order.
  let files: [URL]
  /// The side of the images.
  let size: Int
  /// How pictures are converted to images.
  let framing: Framing
  /// The folder of the decoded pictures.
  let folder: URL

  /// The result for the requested pictures.
  struct Outcome {
    /// `[files.count, S, S, 3]` with S the stored size; pictures that were not requested or are bad may be zeros.
    var pixels: PixelStore
    /// The numbers of requested pictures that cannot be decoded, with the reasons, in ascending order.
    var bad: [(picture: Int, problem: PictureProblem)] = []
    /// Files with intact pixels but faults elsewhere.
    var faults: [PictureProblem] = []
    /// Pictures that were decoded earlier, but whose stored bytes no longer match.
    var mended: [Int] = []
  }

  /// Must be raised when the same picture decodes to different bytes.
  private static let version = 2
  /// The number of pictures that are decoded before they are written.
  private static let together = 128
  private static let digestSize = 32

  private var pictureBytes: Int { framing.storedSize(size) * framing.storedSize(size) * 3 }

  /// The bytes of the pictures; those `wanted` are decoded unless the cache has them.
  ///
  /// - Throws: `unwritable`; `changed` if a picture differs from the plan; `decodingInterrupted` if `watch` returns
  ///   false; `unreadable` and `notAFile` if that of a file happens meanwhile.
  func outcome(of wanted: [Int], watch: DecodingWatch) throws(DataError) -> Outcome {
    let (content, unreadable) = try contentDigests(wanted)
    let terms = ["pictures \(Self.version)", Picture.decoders, framing.rawValue, "\(size)"]
    let key = FileDigest.sha256(of: (terms + content).joined(separator: "\n"))
    let pixels = folder.appendingPathComponent(key + ".pixels", isDirectory: false)
    let digests = folder.appendingPathComponent(key + ".digests", isDirectory: false)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Self.provide(pixels, size: files.count * pictureBytes)
      try Self.provide(digests, size: files.count * Self.digestSize)
    } catch {
      throw .unwritable(path: folder.path, reason: error.systemReason)
    }
    let state = try missing(wanted.filter { unreadable[$0] == nil }, pixels: pixels, digests: digests)
    var outcome = Outcome(pixels: .absent(count: 0), mended: state.damaged)
    try fill(pixels, digests: digests, missing: state.missing, content: content, into: &outcome, watch: watch)
    outcome.bad = (outcome.bad + unreadable.map { ($0, $1) }).sorted { $0.picture < $1.picture }
    outcome.pixels = .file(try Self.mapped(pixels))
    return outcome
  }

  /// The digests of the files, as planned if there is a plan, and those among `wanted` that cannot be read.
  ///
  /// The files `wanted` must match the plan even if their pixels are cached: a run must not succeed on pictures that no
  /// longer exist. Files whose digest the process already knows are not read again.
  private func contentDigests(
    _ wanted: [Int]
  ) throws(DataError) -> (content: [String], unreadable: [Int: PictureProblem]) {
    let found = FileDigest.results(of: wanted.map { files[$0] })
    let problems = zip(wanted, found).compactMap { picture, result in PictureProblem(result).map { (picture, $0) } }
    let unreadable = Dictionary(uniqueKeysWithValues: problems)
    guard let planned = try PlannedFiles.digests(of: files) else {
      return (try FileDigest.sha256(ofPictures: files, onBadPicture: .skip), unreadable)
    }
    for (picture, result) in zip(wanted, found) {
      if unreadable[picture] != nil, planned[picture] == FileDigest.unreadable { continue }
      try PlannedFiles.requirePlanned(try result.get(), of: files[picture])
    }
    return (planned, unreadable)
  }

  /// Creates a file of zeros unless one of this size exists.
  private static func provide(_ url: URL, size: Int) throws {
    let found = try? FileManager.default.attributesOfItem(atPath: url.path)
    if found?[.type] as? FileAttributeType == .typeRegular, found?[.size] as? Int == size { return }
    let new = url.appendingPathExtension("\(UUID().uuidString).new")
    try Foundation.Data().write(to: new)
    let handle = try FileHandle(forWritingTo: new)
    try handle.truncate(atOffset: UInt64(size))
    try handle.close()
    // Replaced by a rename: a process that has mapped the old file keeps it.
    guard rename(new.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  private static func mapped(_ url: URL) throws(DataError) -> Foundation.Data {
    do {
      return try Foundation.Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw .unreadable(path: url.path, reason: error.systemReason)
    }
  }

  /// The requested pictures that must be decoded, and those among them whose stored bytes are damaged.
  private func missing(
    _ wanted: [Int], pixels: URL, digests: URL
  ) throws(DataError) -> (missing: [Int], damaged: [Int]) {
    let kept = try Self.mapped(pixels), marks = try Self.mapped(digests)
    let states = Runtime.concurrentMap(wanted.count) { number -> Bool? in
      let picture = wanted[number]
      let mark = Array(marks[picture * Self.digestSize..<(picture + 1) * Self.digestSize])
      guard mark.contains(where: { $0 != 0 }) else { return nil }
      return FileDigest.sha256Bytes(of: kept[picture * pictureBytes..<(picture + 1) * pictureBytes]) == mark
    }
    var (missing, damaged): ([Int], [Int]) = ([], [])
    for (picture, isWhole) in zip(wanted, states) where isWhole != true {
      missing.append(picture)
      if isWhole == false { damaged.append(picture) }
    }
    return (missing, damaged)
  }

  private func fill(
    _ pixels: URL, digests: URL, missing: [Int], content: [String], into outcome: inout Outcome, watch: DecodingWatch
  ) throws(DataError) {
    guard !missing.isEmpty else { return }
    do {
      let images = try FileHandle(forWritingTo: pixels), marks = try FileHandle(forWritingTo: digests)
      // The data were synchronized before, and an error while closing must not replace one already thrown.
      defer {
        try? images.close()
        try? marks.close()
      }
      for start in stride(from: 0, to: missing.count, by: Self.together) {
        guard watch(start, missing.count) else {
          throw DataError.decodingInterrupted(done: start, missing: missing.count)
        }
        let chunk = Array(missing[start..<min(start + Self.together, missing.count)])
        var written: [(picture: Int, digest: [UInt8])] = []
        for (picture, result) in zip(chunk, decode(chunk, content)) {
          switch result {
          case .success(let decoded):
            try images.seek(toOffset: UInt64(picture * pictureBytes))
            try images.write(contentsOf: decoded.picture.pixels)
            written.append((picture, FileDigest.sha256Bytes(of: decoded.picture.pixels)))
            if let warning = decoded.warning {
              outcome.faults.append(PictureProblem(path: files[picture].path, reason: warning))
            }
          case .failure(.bad(let problem)):
            outcome.bad.append((picture, PictureProblem(path: files[picture].path, reason: problem.reason)))
          case .failure(.file(let error)):
            throw error
          }
        }
        try images.synchronize()
        for (picture, digest) in written {
          try marks.seek(toOffset: UInt64(picture * Self.digestSize))
          try marks.write(contentsOf: digest)
        }
      }
    } catch let error as DataError {
      throw error
    } catch {
      throw .unwritable(path: pixels.path, reason: error.systemReason)
    }
  }

  private enum Failure: Error {
    case bad(Picture.Problem)
    case file(DataError)
  }

  private func decode(_ pictures: [Int], _ content: [String]) -> [Result<Picture.Decoded, Failure>] {
    Runtime.concurrentMap(pictures.count) { number in
      Result { () throws(Failure) in try decode(files[pictures[number]], content: content[pictures[number]]) }
    }
  }

  private func decode(_ url: URL, content: String) throws(Failure) -> Picture.Decoded {
    let bytes: [UInt8]
    do throws(DataError) {
      bytes = try FileBytes.read(url)
    } catch {
      throw .file(error)
    }
    // The name of the cache depends on the digest, so the decoded bytes must match it.
    guard FileDigest.sha256(of: bytes) == content else { throw .file(.changed(path: url.path, planned: content)) }
    do throws(Picture.Problem) {
      var decoded = try Picture.decode(bytes)
      decoded.picture = try framing.framed(decoded.picture, size: size)
      return decoded
    } catch {
      throw .bad(error)
    }
  }
}

/// A picture file that cannot be read or decoded, or only with a warning.
public struct PictureProblem: Sendable, Equatable {
  /// The file.
  public let path: String
  /// The reason, as part of a sentence.
  public let reason: String
}

extension PictureProblem {
  /// Why the digest of a file is not known; nil where it is.
  init?(_ digest: Result<String, DataError>) {
    guard case .failure(let error) = digest else { return nil }
    switch error {
    case .notAFile(let path): self.init(path: path, reason: "this is no file, but a directory or special file")
    case .unreadable(let path, let reason): self.init(path: path, reason: "it cannot be read: \(reason)")
    default: return nil
    }
  }
}

/// What to do with picture files that cannot be read or decoded.
public enum BadPictureChoice: String, Codable, Sendable, CaseIterable {
  /// Loading fails with an error that names them.
  case stop
  /// They are left out, and reported with their number and names.
  case skip
}
