import CPNG
import CTurboJPEG

extension Picture {
  /// The libraries that decode.
  static let decoders = "TurboJPEG, libpng \(PNG_LIBPNG_VER_STRING)"

  /// More pixels than this are taken for damage.
  private static let largestArea = 1 << 28

  /// Decodes a JPEG or PNG file, told apart by its first bytes.
  ///
  /// Grey becomes three equal channels and transparency is dropped. Orientation tags are not followed.
  /// - Throws: `Problem` when it is neither, damaged, cut off, or of a kind that is not read (CMYK).
  public init(decoding bytes: [UInt8]) throws(Problem) {
    switch bytes {
    case _ where bytes.starts(with: [0xff, 0xd8, 0xff]): self = try Self.jpeg(bytes)
    case _ where bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]): self = try Self.png(bytes)
    case []: throw Problem(reason: "the file is empty")
    default: throw Problem(reason: "the file is neither JPEG nor PNG")
    }
  }

  private static func jpeg(_ bytes: [UInt8]) throws(Problem) -> Picture {
    guard let decoder = tjInitDecompress() else { throw Problem(reason: "no memory for a JPEG decoder") }
    defer { tjDestroy(decoder) }
    func problem() -> Problem { Problem(reason: String(cString: tjGetErrorStr2(decoder))) }
    var (width, height, subsampling, colors) = (Int32(0), Int32(0), Int32(0), Int32(0))
    guard tjDecompressHeader3(decoder, bytes, UInt(bytes.count), &width, &height, &subsampling, &colors) == 0 else {
      throw problem()
    }
    guard width > 0, height > 0, Int(width) * Int(height) <= largestArea else {
      throw Problem(reason: "its header says \(width)×\(height) pixels")
    }
    guard colors != TJCS_CMYK.rawValue && colors != TJCS_YCCK.rawValue else {
      throw Problem(reason: "its colours are CMYK; convert it to RGB")
    }
    var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * 3)
    // A file that is cut off decodes with a warning and grey below the cut; stopping at warnings makes it an error.
    guard
      tjDecompress2(
        decoder, bytes, UInt(bytes.count), &pixels, width, 0, height, TJPF_RGB.rawValue, TJFLAG_STOPONWARNING) == 0
    else { throw problem() }
    return Picture(height: Int(height), width: Int(width), pixels: pixels)
  }

  private static func png(_ bytes: [UInt8]) throws(Problem) -> Picture {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    func problem() -> Problem {
      withUnsafeBytes(of: image.message) { Problem(reason: String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)) }
    }
    guard png_image_begin_read_from_memory(&image, bytes, bytes.count) != 0 else { throw problem() }
    let (width, height) = (Int(image.width), Int(image.height))
    guard width > 0, height > 0, width * height <= largestArea else {
      throw Problem(reason: "its header says \(width)×\(height) pixels")
    }
    // With an alpha channel in the format nothing is blended with a background.
    image.format = lacuna_png_format_rgba
    var all = [UInt8](repeating: 0, count: width * height * 4)
    guard png_image_finish_read(&image, nil, &all, 0, nil) != 0 else { throw problem() }
    guard image.warning_or_error & 1 == 0 else { throw problem() }
    var pixels = [UInt8](repeating: 0, count: width * height * 3)
    for place in 0..<width * height {
      for channel in 0..<3 { pixels[place * 3 + channel] = all[place * 4 + channel] }
    }
    return Picture(height: height, width: width, pixels: pixels)
  }
}
