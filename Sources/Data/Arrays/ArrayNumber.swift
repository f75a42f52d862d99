import Engine

/// The type of an array's numbers, little-endian.
struct ArrayNumber: Sendable, Hashable {
  enum Kind: Sendable { case bool, signed, unsigned, float, brainFloat }
  var kind: Kind
  /// The bytes of a number.
  var width: Int

  /// "float32", as NumPy and PyTorch call it.
  var name: String {
    switch kind {
    case .bool: "bool"
    case .signed: "int\(8 * width)"
    case .unsigned: "uint\(8 * width)"
    case .float: "float\(8 * width)"
    case .brainFloat: "bfloat16"
    }
  }

  /// Whether every value is an integer or a truth value.
  var isInteger: Bool { kind != .float && kind != .brainFloat }

  /// The type of a NumPy description such as "<f4"; nil for types that are not read.
  init?(numpy text: String) {
    var rest = text[...]
    let order = rest.first.flatMap { "<>=|".contains($0) ? $0 : nil }
    if order != nil { rest = rest.dropFirst() }
    guard let letter = rest.popFirst(), let width = Int(rest), order != ">" || width == 1 else { return nil }
    switch (letter, width) {
    case ("b", 1): self.init(kind: .bool, width: 1)
    case ("i", 1), ("i", 2), ("i", 4), ("i", 8): self.init(kind: .signed, width: width)
    case ("u", 1), ("u", 2), ("u", 4), ("u", 8): self.init(kind: .unsigned, width: width)
    case ("f", 2), ("f", 4), ("f", 8): self.init(kind: .float, width: width)
    default: return nil
    }
  }

  init(_ type: SafeTensorsHeader.NumberType) {
    switch type {
    case .bool: self.init(kind: .bool, width: 1)
    case .int8, .int16, .int32, .int64: self.init(kind: .signed, width: type.width)
    case .uint8, .uint16, .uint32, .uint64: self.init(kind: .unsigned, width: type.width)
    case .float16, .float32, .float64: self.init(kind: .float, width: type.width)
    case .bfloat16: self.init(kind: .brainFloat, width: 2)
    }
  }

  private init(kind: Kind, width: Int) { (self.kind, self.width) = (kind, width) }

  /// The number in the `width` bytes from `place` on, rounded to single precision.
  func float(_ bytes: [UInt8], at place: Int) -> Float {
    let bits = bits(bytes, at: place)
    switch (kind, width) {
    case (.float, 2): return Float(Float16(bitPattern: UInt16(bits)))
    case (.float, 4): return Float(bitPattern: UInt32(bits))
    case (.float, _): return Float(Double(bitPattern: bits))
    case (.brainFloat, _): return Float(bitPattern: UInt32(bits) << 16)
    case (.signed, _): return Float(signed(bits))
    case (.bool, _), (.unsigned, _): return Float(bits)
    }
  }

  /// The integer in the `width` bytes from `place` on; nil if it is larger than any `Int`.
  func integer(_ bytes: [UInt8], at place: Int) -> Int? {
    let bits = bits(bytes, at: place)
    return kind == .signed ? signed(bits) : Int(exactly: bits)
  }

  private func bits(_ bytes: [UInt8], at place: Int) -> UInt64 {
    var bits: UInt64 = 0
    for index in (0..<width).reversed() { bits = bits << 8 | UInt64(bytes[place + index]) }
    return bits
  }

  private func signed(_ bits: UInt64) -> Int {
    let shift = 64 - 8 * width
    return Int(Int64(bitPattern: bits << shift) >> shift)
  }
}
