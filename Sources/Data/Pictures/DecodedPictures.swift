import Engine
import Foundation

/// Told how many of the pictures that were missing are decoded, again and again; says whether to go on.
public typealias DecodingWatch = @Sendable (_ done: Int, _ missing: Int) -> Bool

/// Pictures as bytes of equal shape, decoded once and kept in a file below the cache folder.
///
/// The file is named by the content of all pictures and by how they are framed, and has a place for each of them. Only
/// pictures that are asked for are decoded; the places of others are holes that take no room on disk. Beside it lies a
/// file with one byte a picture, 1 where its place is filled, which is written last: whoever is stopped in between loses
/// only the pictures of that moment.
struct DecodedPictures {
  /// The files, in fixed order.
  let files: [URL]
  /// The side of the images.
  let size: Int
  /// How pictures become images.
  let framing: Framing
  /// Where decoded pictures are kept.
  let folder: URL

  /// Raise it when the same picture is decoded to other bytes.
  private static let version = 1
  /// Pictures that are decoded and then written together.
  private static let together = 128

  private var pictureBytes: Int { framing.storedSize(size) * framing.storedSize(size) * 3 }

  /// The bytes of all pictures, `[files.count, S, S, 3]` with S the stored size; those not `wanted` may be zeros.
  ///
  /// - Throws: `badPictures` that names every wanted picture that cannot be decoded; `unwritable`; `unreadable`;
  ///   `decodingInterrupted` when `watch` says so.
  func pixels(of wanted: [Int], watch: DecodingWatch) throws(DataError) -> PixelStore {
    let digests = try FileDigest.sha256(of: files)
    let terms = ["pictures \(Self.version)", Picture.decoders, framing.rawValue, "\(size)"]
    let key = FileDigest.sha256(of: (terms + digests).joined(separator: "\n"))
    let pixels = folder.appendingPathComponent(key + ".pixels", isDirectory: false)
    let filled = folder.appendingPathComponent(key + ".filled", isDirectory: false)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      // Marks without their pictures would be lies, so they begin anew with them.
      if try Self.provide(pixels, size: files.count * pictureBytes) { try? FileManager.default.removeItem(at: filled) }
      _ = try Self.provide(filled, size: files.count)
    } catch {
      throw .unwritable(path: folder.path, reason: error.systemReason)
    }
    try fill(pixels, marks: filled, wanted: wanted, watch: watch)
    do {
      return .file(try Foundation.Data(contentsOf: pixels, options: .alwaysMapped))
    } catch {
      throw .unreadable(path: pixels.path, reason: error.systemReason)
    }
  }

  /// Makes a file of zeros unless one of this size is there; says whether it did.
  private static func provide(_ url: URL, size: Int) throws -> Bool {
    let found = try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int
    guard found != size else { return false }
    let new = url.appendingPathExtension("\(UUID().uuidString).new")
    try Foundation.Data().write(to: new)
    let handle = try FileHandle(forWritingTo: new)
    try handle.truncate(atOffset: UInt64(size))
    try handle.close()
    // A rename: whoever has mapped the old file keeps it.
    guard rename(new.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    return true
  }

  private func fill(_ pixels: URL, marks: URL, wanted: [Int], watch: DecodingWatch) throws(DataError) {
    let bytes = try FileContents.read(marks, limit: files.count).bytes
    let missing = wanted.filter { bytes[$0] == 0 }
    guard !missing.isEmpty else { return }
    var problems: [PictureProblem] = []
    do {
      let images = try FileHandle(forWritingTo: pixels), filled = try FileHandle(forWritingTo: marks)
      // What matters was synchronised before, and an error on the way out has been thrown already.
      defer {
        try? images.close()
        try? filled.close()
      }
      for start in stride(from: 0, to: missing.count, by: Self.together) {
        guard watch(start, missing.count) else {
          throw DataError.decodingInterrupted(done: start, missing: missing.count)
        }
        let chunk = Array(missing[start..<min(start + Self.together, missing.count)])
        let results = decode(chunk)
        for (picture, result) in zip(chunk, results) {
          switch result {
          case .success(let bytes):
            try images.seek(toOffset: UInt64(picture * pictureBytes))
            try images.write(contentsOf: bytes)
          case .failure(let problem):
            problems.append(PictureProblem(path: files[picture].path, reason: problem.reason))
          }
        }
        try images.synchronize()
        for (picture, result) in zip(chunk, results) {
          guard case .success = result else { continue }
          try filled.seek(toOffset: UInt64(picture))
          try filled.write(contentsOf: [1])
        }
      }
    } catch let error as DataError {
      throw error
    } catch {
      throw .unwritable(path: pixels.path, reason: error.systemReason)
    }
    guard problems.isEmpty else { throw .badPictures(problems) }
  }

  private func decode(_ pictures: [Int]) -> [Result<[UInt8], Picture.Problem>] {
    Runtime.concurrentMap(pictures.count) { number in
      Result { () throws(Picture.Problem) in try decode(files[pictures[number]]) }
    }
  }

  private func decode(_ url: URL) throws(Picture.Problem) -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = Array(try Foundation.Data(contentsOf: url))
    } catch {
      throw Picture.Problem(reason: error.systemReason)
    }
    return framing.framed(try Picture(decoding: bytes), size: size).pixels
  }
}

/// A picture file that cannot be decoded.
public struct PictureProblem: Sendable, Equatable {
  /// The file.
  public let path: String
  /// The reason, as part of a sentence.
  public let reason: String
}
