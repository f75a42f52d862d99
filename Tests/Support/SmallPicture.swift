/// PNG files for tests.
public enum SmallPicture {
  /// A gray PNG of `width` × `height` pixels whose brightness falls from a corner that `number` chooses; other numbers give
  /// other pictures.
  public static func png(_ number: Int, width: Int = 12, height: Int = 8) -> [UInt8] {
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)
      for x in 0..<width { rows.append(UInt8((number * 37 + x * 11 + y * 5) & 255)) }
    }
    let header: [UInt8] = bigEndian([width, height]) + [8, 0, 0, 0, 0]
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    return signature + chunk("IHDR", header) + chunk("IDAT", stored(rows)) + chunk("IEND", [])
  }

  private static func bigEndian(_ numbers: [Int]) -> [UInt8] {
    numbers.flatMap { number in [24, 16, 8, 0].map { (shift: Int) in UInt8(number >> shift & 255) } }
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + content
    return bigEndian([content.count]) + named + bigEndian([Int(cyclicRedundancyCheck(named))])
  }

  /// A zlib stream of one block that is not compressed, after RFC 1950 and 1951.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var (low, high) = (1, 0)
    for byte in bytes {
      low = (low + Int(byte)) % 65521
      high = (high + low) % 65521
    }
    var stream: [UInt8] = [0x78, 1, 1]
    for count in [bytes.count, ~bytes.count] { stream += [UInt8(count & 255), UInt8(count >> 8 & 255)] }
    return stream + bytes + bigEndian([high << 16 | low])
  }
}

/// CRC-32 of gzip and PNG files.
public func cyclicRedundancyCheck(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(UInt32.max) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
}

private let table: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
}
