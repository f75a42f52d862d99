import CPictures
import Engine
import Foundation
import SystemErrors

extension Picture {
  /// Versions of the decoding libraries.
  static let decoders = String(cString: lacuna_picture_libraries())

  /// Pictures with more pixels, by their header or after scaling, are refused: 2²⁷ pixels take 400 MB.
  static let largestArea = 1 << 27

  /// A picture, and a fault in its file that does not affect the pixels.
  struct Decoded: Sendable {
    var picture: Picture
    /// The decoder's first warning, if there was one.
    var warning: String?
  }

  /// Decodes a JPEG or PNG file, distinguished by its first bytes.
  ///
  /// Gray becomes three equal channels, transparency is dropped, and 16-bit values are reduced to the upper 8 bits.
  /// Orientation tags, color profiles and gamma are ignored. Faults outside the pixels are accepted.
  /// - Throws: `Problem` if the file is neither, damaged, truncated, of more than 2²⁷ pixels, or of an unsupported kind
  ///   (CMYK).
  /// - Note: Equal to Pillow's `convert("RGB")` after opening, with two exceptions: 16-bit gray, which Pillow clips at
  ///   255, keeps its upper bits; and indices beyond a palette are an error.
  public init(decoding bytes: [UInt8]) throws(Problem) { self = try Self.decode(bytes).picture }

  /// Also returns the decoder's warning.
  static func decode(_ bytes: [UInt8]) throws(Problem) -> Decoded {
    if bytes.isEmpty { throw Problem(reason: "the file is empty") }
    guard let decoder = decoder(of: bytes) else { throw Problem(reason: "the file is neither JPEG nor PNG") }
    return try decode(bytes, decoder)
  }

  /// Whether the file at `url` is JPEG or PNG by its first bytes; the rest may be damaged.
  ///
  /// - Throws: `notAFile`, `unreadable`.
  static func isOfKnownKind(_ url: URL) throws(DataError) -> Bool {
    let handle = try RegularFile.open(url)
    // The file is open for reading only, so an error while closing is harmless.
    defer { try? handle.close() }
    do {
      return decoder(of: [UInt8](try handle.read(upToCount: 4) ?? Foundation.Data())) != nil
    } catch {
      throw .unreadable(path: url.path, reason: error.systemReason)
    }
  }

  private static func decoder(of bytes: [UInt8]) -> Decoder? {
    switch bytes {
    case _ where bytes.starts(with: [0xff, 0xd8, 0xff]): lacuna_decode_jpeg
    case _ where bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]): lacuna_decode_png
    default: nil
    }
  }

  private typealias Decoder = (
    UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, Int, UnsafeMutablePointer<lacuna_picture_report>?
  ) -> Int32

  private static func decode(_ bytes: [UInt8], _ decoder: Decoder) throws(Problem) -> Decoded {
    var header = lacuna_picture_report()
    guard decoder(bytes, bytes.count, nil, 0, &header) == 1 else { throw Problem(reason: text(header.problem)) }
    let (height, width) = (Int(header.height), Int(header.width))
    guard width > 0, height > 0, width * height <= largestArea else {
      throw Problem(reason: "its header says \(width)×\(height) pixels; 1 to \(largestArea) can be read")
    }
    var report = lacuna_picture_report()
    AllocationFailure.probe(height * width * 3)
    var pixels = [UInt8](repeating: 0, count: height * width * 3)
    guard decoder(bytes, bytes.count, &pixels, pixels.count, &report) == 1 else {
      throw Problem(reason: text(report.problem))
    }
    return Decoded(
      picture: Picture(height: height, width: width, pixels: pixels),
      warning: report.warnings > 0 ? text(report.first_warning) : nil)
  }

  /// The text of a C character array, without the control characters that a file may have written into it.
  private static func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }.map { $0 < 0x20 || $0 == 0x7f ? 0x3f : $0 }, as: UTF8.self)
    }
  }
}
