/// Files of arrays as NumPy writes them.
public enum NumPy {
  /// An npy file of numbers of the type `description`, whose bytes are `data`.
  public static func array(
    _ description: String, _ shape: [Int], _ data: [UInt8], isFortranOrder: Bool = false, version: UInt8 = 1
  ) -> [UInt8] {
    let extents = shape.map { "\($0)," }.joined(separator: " ")
    let order = isFortranOrder ? "True" : "False"
    return file(
      "{'descr': '\(description)', 'fortran_order': \(order), 'shape': (\(extents)), }", data, version: version)
  }

  /// An npy file with this header.
  public static func file(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let text = Array((header + "\n").utf8)
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + bytes(text.count, version == 1 ? 2 : 4) + text + data
  }

  /// A float32 array.
  public static func array(_ numbers: [Float], _ shape: [Int]) -> [UInt8] {
    array("<f4", shape, numbers.flatMap { bytes(Int($0.bitPattern), 4) })
  }

  /// An int64 array.
  public static func array(_ numbers: [Int]) -> [UInt8] {
    array("<i8", [numbers.count], numbers.flatMap { bytes($0, 8) })
  }

  /// An npz archive of npy files; deflated ones are of stored blocks.
  public static func archive(
    _ entries: [(name: String, bytes: [UInt8])], isDeflated: Bool = false, suffix: String = ".npy"
  ) -> [UInt8] {
    var (file, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, bytes) in entries {
      let start = file.count
      let name = Array((name + suffix).utf8)
      let data = isDeflated ? storedBlocks(bytes) : bytes
      // Flags, method, time and date, checksum and sizes are the same in both places.
      let facts =
        Self.bytes(0, 2) + Self.bytes(isDeflated ? 8 : 0, 2) + Self.bytes(0, 4)
        + Self.bytes(Int(cyclicRedundancyCheck(bytes)), 4) + Self.bytes(data.count, 4) + Self.bytes(bytes.count, 4)
        + Self.bytes(name.count, 2)
      file += [0x50, 0x4b, 3, 4, 20, 0] + facts + Self.bytes(0, 2) + name + data
      directory +=
        [0x50, 0x4b, 1, 2, 20, 0, 20, 0] + facts + [UInt8](repeating: 0, count: 12) + Self.bytes(start, 4) + name
    }
    return file + directory + [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + bytes(entries.count, 2) + bytes(entries.count, 2)
      + bytes(directory.count, 4) + bytes(file.count, 4) + [0, 0]
  }

  /// The low bytes of `number`, the lowest first.
  public static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// Raw deflate data without compression, after RFC 1951.
  private static func storedBlocks(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var position = 0
    repeat {
      let end = min(position + 65535, bytes.count)
      let size = end - position
      out += [end == bytes.count ? 1 : 0] + Self.bytes(size, 2) + Self.bytes(~size & 0xffff, 2) + bytes[position..<end]
      position = end
    } while position < bytes.count
    return out
  }
}
