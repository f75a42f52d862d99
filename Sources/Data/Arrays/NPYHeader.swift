import Engine

/// The header of an npy file: type, order and shape of its array.
///
/// - Source: NumPy, `numpy.lib.format`, versions 1.0 to 3.0.
struct NPYHeader {
  var type: ArrayNumber
  var isFortranOrder: Bool
  var shape: [Int]
  /// The byte where the numbers begin.
  var length: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// More than any array of numbers needs.
  private static let longest = 1 << 16

  init(_ source: ByteSource) throws(ArrayFileError) {
    let place = source.place
    func damaged(_ offset: Int, _ problem: String) -> ArrayFileError {
      .damaged(place: place, offset: offset, problem: problem)
    }
    let start = try source.bytes(0..<min(12, source.count))
    guard start.starts(with: Self.magic) else {
      throw damaged(0, "expected an npy file, whose first bytes are \\x93NUMPY")
    }
    guard start.count >= 10 else { throw damaged(start.count, "the file ends in its header") }
    guard (1...3).contains(start[6]) else { throw damaged(6, "npy version \(start[6]); versions 1 to 3 are read") }
    let width = start[6] == 1 ? 2 : 4
    guard start.count >= 8 + width else { throw damaged(start.count, "the file ends in its header") }
    let count = Int(start.littleEndian(8, width))
    guard count <= Self.longest else {
      throw damaged(8, "a header of \(count) bytes; at most \(Self.longest) are read")
    }
    length = 8 + width + count
    guard length <= source.count else {
      throw damaged(source.count, "the file ends in its header of \(count) bytes")
    }
    let text = String(decoding: try source.bytes(8 + width..<length), as: UTF8.self)
    guard let order = text.only(/'fortran_order'\s*:\s*(True|False)/),
      let extents = text.only(/'shape'\s*:\s*\(([^()]*)\)/)
    else { throw damaged(8 + width, "the header has no 'fortran_order' and 'shape' of an array") }
    guard let description = text.only(/'descr'\s*:\s*'([^']*)'/) else {
      throw .unsupported(place: place, problem: "it holds records, and an array of numbers is needed")
    }
    guard let type = ArrayNumber(numpy: description) else {
      throw .unsupported(place: place, problem: Self.refusal(of: description))
    }
    var shape: [Int] = []
    for extent in extents.split(separator: ",") where !extent.allSatisfy(\.isWhitespace) {
      guard let number = Int(extent.filter { !$0.isWhitespace }), number >= 0 else {
        throw damaged(8 + width, "the shape (\(extents)) is no list of numbers")
      }
      shape.append(number)
    }
    (self.type, self.shape, isFortranOrder) = (type, shape, order == "True")
  }

  private static func refusal(of description: String) -> String {
    if description.hasSuffix("O") {
      return "it holds pickled Python objects, which are never loaded; save an array of numbers of one shape"
    }
    if description.hasPrefix(">") { return "numbers of type \(description) are big-endian; save them by astype('<f4')" }
    return "values of type \(description); booleans, integers and floating-point numbers are read"
  }
}

extension String {
  /// What the expression captures, if it matches once.
  fileprivate func only(_ expression: Regex<(Substring, Substring)>) -> String? {
    let found = matches(of: expression)
    return found.count == 1 ? String(found[0].output.1) : nil
  }
}
