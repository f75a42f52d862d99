import Engine
import Foundation
import SystemErrors

/// Told how many of the pictures that were missing are decoded, again and again; says whether to go on.
public typealias DecodingWatch = @Sendable (_ done: Int, _ missing: Int) -> Bool

/// Pictures as bytes of equal shape, decoded once and kept in a file below the cache folder.
///
/// The file is named by the content of all pictures and by how they are framed, and has a place for each of them. Only
/// pictures that are asked for are decoded; the places of others are holes that take no room on disk. Beside it lies a
/// file with the SHA-256 of each place, zeros where it is not filled, which is written last and compared at every use:
/// whoever is stopped in between loses only the pictures of that moment, and what was damaged is decoded again.
struct DecodedPictures {
  /// The files, in fixed order.
  let files: [URL]
  /// The side of the images.
  let size: Int
  /// How pictures become images.
  let framing: Framing
  /// Where decoded pictures are kept.
  let folder: URL

  /// What became of the wanted pictures.
  struct Outcome {
    /// `[files.count, S, S, 3]` with S the stored size; pictures that are not wanted or are bad may be zeros.
    var pixels: PixelStore
    /// The numbers of wanted pictures that cannot be decoded, with the reasons, in ascending order.
    var bad: [(picture: Int, problem: PictureProblem)] = []
    /// Files whose pixels are whole though something else in them is not.
    var faults: [PictureProblem] = []
    /// Pictures that were decoded before, and whose bytes were no longer those.
    var mended: [Int] = []
  }

  /// Raise it when the same picture is decoded to other bytes.
  private static let version = 2
  /// Pictures that are decoded and then written together.
  private static let together = 128
  private static let digestSize = 32

  private var pictureBytes: Int { framing.storedSize(size) * framing.storedSize(size) * 3 }

  /// The bytes of the pictures, of which those `wanted` are decoded unless they were before.
  ///
  /// - Throws: `unwritable`; `unreadable`; `notAFile`; `changed` when a picture is not what was planned;
  ///   `decodingInterrupted` when `watch` says so.
  func outcome(of wanted: [Int], watch: DecodingWatch) throws(DataError) -> Outcome {
    let content = try contentDigests(wanted)
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
    let state = try missing(wanted, pixels: pixels, digests: digests)
    var outcome = Outcome(pixels: .absent(count: 0), mended: state.damaged)
    try fill(pixels, digests: digests, missing: state.missing, content: content, into: &outcome, watch: watch)
    outcome.pixels = .file(try Self.mapped(pixels))
    return outcome
  }

  /// The digests of the files, as planned where there is a plan.
  ///
  /// The files `wanted` must still be those of the plan, also when their pixels are here: a run does not end well on pictures
  /// that are no longer there. Files that the process knows are not read again for it.
  private func contentDigests(_ wanted: [Int]) throws(DataError) -> [String] {
    guard let planned = try PlannedFiles.digests(of: files) else { return try FileDigest.sha256(of: files) }
    let found = try FileDigest.sha256(of: wanted.map { files[$0] })
    for (picture, digest) in zip(wanted, found) { try PlannedFiles.requirePlanned(digest, of: files[picture]) }
    return planned
  }

  /// Makes a file of zeros unless one of this size is there.
  private static func provide(_ url: URL, size: Int) throws {
    let found = try? FileManager.default.attributesOfItem(atPath: url.path)
    if found?[.type] as? FileAttributeType == .typeRegular, found?[.size] as? Int == size { return }
    let new = url.appendingPathExtension("\(UUID().uuidString).new")
    try Foundation.Data().write(to: new)
    let handle = try FileHandle(forWritingTo: new)
    try handle.truncate(atOffset: UInt64(size))
    try handle.close()
    // A rename: whoever has mapped the old file keeps it.
    guard rename(new.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  private static func mapped(_ url: URL) throws(DataError) -> Foundation.Data {
    do {
      return try Foundation.Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw .unreadable(path: url.path, reason: error.systemReason)
    }
  }

  /// The wanted pictures that must be decoded, and those among them whose bytes are not what was written.
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
      // What matters was synchronised before, and an error on the way out has been thrown already.
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
    // The name of the cache says which bytes were decoded, so they must be those.
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

/// A picture file that cannot be decoded, or not without a remark.
public struct PictureProblem: Sendable, Equatable {
  /// The file.
  public let path: String
  /// The reason, as part of a sentence.
  public let reason: String
}

/// What to do about picture files that cannot be decoded.
public enum BadPictureChoice: String, Codable, Sendable, CaseIterable {
  /// Loading fails and names them.
  case stop
  /// They are left out, counted and named.
  case skip
}
