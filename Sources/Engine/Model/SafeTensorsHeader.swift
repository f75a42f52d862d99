import JSON

/// The header of a safetensors file: type, shape and position of each tensor.
package struct SafeTensorsHeader: Sendable {
  /// The element types; raw values are the format's names.
  package enum NumberType: String, CaseIterable, Sendable {
    case float32 = "F32"
    case int64 = "I64"
    case float64 = "F64"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case bool = "BOOL"

    /// The bytes of a number.
    package var width: Int {
      switch self {
      case .int64, .float64, .uint64: 8
      case .float32, .int32, .uint32: 4
      case .float16, .bfloat16, .int16, .uint16: 2
      case .int8, .uint8, .bool: 1
      }
    }
  }

  /// One tensor; `begin` and `end` are bytes from the end of the header.
  package struct Entry: Sendable {
    package var name: String
    package var type: NumberType
    package var shape: [Int]
    package var begin: Int
    package var end: Int
    /// The byte of the file where the header describes the tensor.
    var offset: Int
  }

  static let metadataName = "__metadata__"
  static let lengthWidth = 8

  package private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]
  /// The byte of the file where the header ends and the data begin.
  package private(set) var dataStart = 0

  /// A header without tensors.
  init(metadata: [String: String]) { self.metadata = metadata }

  /// The length of the data in bytes.
  var dataCount: Int { entries.last?.end ?? 0 }

  /// Appends a tensor after the existing ones.
  mutating func append(_ name: String, type: NumberType, shape: [Int]) {
    precondition(name != Self.metadataName, "the format reserves the name '\(name)'")
    let begin = dataCount
    let end = begin + shape.reduce(type.width, *)
    entries.append(Entry(name: name, type: type, shape: shape, begin: begin, end: end, offset: 0))
  }

  /// The JSON text, padded with spaces to a multiple of eight bytes.
  func encoded() -> [UInt8] {
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      let sorted = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let texts = sorted.map { JSONValue.Member(key: $0.key, value: .string($0.value)) }
      members.append(.init(key: Self.metadataName, value: .object(texts)))
    }
    for entry in entries {
      let facts: JSONValue = [
        "dtype": .string(entry.type.rawValue), "shape": .array(entry.shape.map { .int($0) }),
        "data_offsets": [.int(entry.begin), .int(entry.end)],
      ]
      members.append(.init(key: entry.name, value: facts))
    }
    let bytes = Array(JSONValue.object(members).description.utf8)
    let padding = (Self.lengthWidth - bytes.count % Self.lengthWidth) % Self.lengthWidth
    return bytes + Array(repeating: UInt8(ascii: " "), count: padding)
  }
}

// Reading.
extension SafeTensorsHeader {
  /// Parses the header of a file; its entries are sorted by the position of their data.
  ///
  /// - Parameters:
  ///   - bytes: The bytes of the file, at least those of the header.
  ///   - fileSize: The number of bytes of the file.
  ///   - types: The element types that are allowed.
  package init(reading bytes: [UInt8], fileSize: Int, types: [NumberType]) throws(SafeTensorsError) {
    guard bytes.count >= Self.lengthWidth else { throw .tooShort(found: bytes.count) }
    let length = bytes.prefix(Self.lengthWidth).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let available = bytes.count - Self.lengthWidth
    guard length <= UInt64(available) else { throw .headerTooLong(length: length, available: available) }
    dataStart = Self.lengthWidth + Int(length)
    var scanner = JSONScanner<SafeTensorsError>(bytes: bytes, range: Self.lengthWidth..<dataStart)
    try readMembers(&scanner, types)
    try placeEntries(available: fileSize - dataStart)
  }

  private mutating func readMembers(
    _ scanner: inout JSONScanner<SafeTensorsError>, _ types: [NumberType]
  ) throws(SafeTensorsError) {
    // The format requires "{" as the first byte; spaces are allowed only after it.
    guard scanner.startsWith("{") else { throw scanner.unexpected(expected: "'{'") }
    try scanner.object { scanner, name, offset throws(SafeTensorsError) in
      if name == Self.metadataName {
        try readMetadata(&scanner)
      } else {
        entries.append(try Self.readEntry(&scanner, types, name: name, offset: offset))
      }
    }
    try scanner.end()
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner<SafeTensorsError>) throws(SafeTensorsError) {
    try scanner.object { scanner, name, _ throws(SafeTensorsError) in metadata[name] = try scanner.string() }
  }

  private static func readEntry(
    _ scanner: inout JSONScanner<SafeTensorsError>, _ types: [NumberType], name: String, offset: Int
  ) throws(SafeTensorsError) -> Entry {
    var type: NumberType?
    var shape: [Int]?
    var place: [Int]?
    try scanner.object { scanner, property, propertyOffset throws(SafeTensorsError) in
      switch property {
      case "dtype":
        let word = try scanner.string()
        type = NumberType(rawValue: word).flatMap { types.contains($0) ? $0 : nil }
        guard type != nil else {
          throw .unsupportedType(word, name: name, expected: types.map(\.rawValue), offset: propertyOffset)
        }
      case "shape": shape = try scanner.integers()
      case "data_offsets": place = try scanner.integers()
      default: throw .unknownProperty(property, name: name, offset: propertyOffset)
      }
    }
    guard let type else { throw .missingProperty("dtype", name: name, offset: offset) }
    guard let shape else { throw .missingProperty("shape", name: name, offset: offset) }
    guard let place else { throw .missingProperty("data_offsets", name: name, offset: offset) }
    guard place.count == 2, place[0] <= place[1] else { throw .badOffsets(place, name: name, offset: offset) }
    let entry = Entry(name: name, type: type, shape: shape, begin: place[0], end: place[1], offset: offset)
    try entry.checkSize()
    return entry
  }

  /// Sorts the entries by position and checks that their data fill the `available` bytes exactly.
  private mutating func placeEntries(available: Int) throws(SafeTensorsError) {
    // The format does not fix the order in the header; only the data must be contiguous.
    let order = entries.indices.sorted {
      (entries[$0].begin, entries[$0].end, $0) < (entries[$1].begin, entries[$1].end, $1)
    }
    entries = order.map { entries[$0] }
    var position = 0
    for entry in entries {
      guard entry.end <= available else {
        throw .outOfRange(
          name: entry.name, begin: entry.begin, end: entry.end, available: available, offset: entry.offset)
      }
      guard entry.begin == position else {
        throw .notContiguous(name: entry.name, expected: position, found: entry.begin, offset: entry.offset)
      }
      position = entry.end
    }
    guard position == available else {
      throw .trailingBytes(count: available - position, offset: dataStart + position)
    }
  }
}

extension SafeTensorsHeader.Entry {
  /// Checks that the shape's size in bytes is that of the data.
  fileprivate func checkSize() throws(SafeTensorsError) {
    var size = type.width
    // An extent of 0 counts as 1 here, so that overflow of the product of the other extents is found, too.
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: max(extent, 1))
      if overflow { throw .shapeTooLarge(shape, name: name, offset: offset) }
      size = product
    }
    if shape.contains(0) { size = 0 }
    guard size == end - begin else {
      throw .wrongSize(name: name, shape: shape, expected: size, found: end - begin, offset: offset)
    }
  }
}
