package import JSON

/// An error in the bytes of a safetensors file, or in a checkpoint for a model.
///
/// `offset` is the byte of the file, from 0, that the error refers to.
public enum SafeTensorsError: Error, Sendable, Equatable {
  /// The file ends within the eight bytes of the header's length.
  case tooShort(found: Int)
  /// The first eight bytes announce a header longer than the rest of the file.
  case headerTooLong(length: UInt64, available: Int)
  /// The header does not follow the grammar of the format.
  case malformedHeader(expected: String, found: String, offset: Int)
  /// A tensor's entry has a property that the format does not know.
  case unknownProperty(String, name: String, offset: Int)
  /// A tensor's entry lacks a property of the format.
  case missingProperty(String, name: String, offset: Int)
  /// A tensor has another type than those that are read.
  case unsupportedType(String, name: String, expected: [String], offset: Int)
  /// A tensor's offsets are not two numbers in ascending order.
  case badOffsets([Int], name: String, offset: Int)
  /// A shape has more elements than memory can hold.
  case shapeTooLarge([Int], name: String, offset: Int)
  /// The shape takes `expected` bytes, the offsets give `found`.
  case wrongSize(name: String, shape: [Int], expected: Int, found: Int, offset: Int)
  /// An I64 tensor has more than one dimension.
  case notAList(name: String, shape: [Int], offset: Int)
  /// A tensor's data end beyond the end of the file; positions count from the end of the header.
  case outOfRange(name: String, begin: Int, end: Int, available: Int, offset: Int)
  /// A tensor's data overlap those before or leave a gap; positions count from the end of the header.
  case notContiguous(name: String, expected: Int, found: Int, offset: Int)
  /// Bytes at the end of the file belong to no tensor.
  case trailingBytes(count: Int, offset: Int)
  /// A checkpoint is of another architecture: names that the model has and the file lacks, names that only the file
  /// has, and tensors whose shapes differ.
  case wrongModel(missing: [String], extra: [String], shapes: [ShapeMismatch])
  /// A tensor has NaN or infinity among its numbers, with which no model can be computed.
  case notFinite(name: String)

  /// A tensor whose shape in the file differs from that in the model.
  public struct ShapeMismatch: Sendable, Equatable {
    /// The name of the tensor.
    public let name: String
    /// The shape in the model.
    public let expected: [Int]
    /// The shape in the file.
    public let found: [Int]
  }
}

extension SafeTensorsError: JSONSyntaxFailure {
  package init(syntax error: JSONError) {
    self = .malformedHeader(expected: error.expected, found: error.found, offset: error.offset)
  }
}

extension SafeTensorsError: CustomStringConvertible {
  /// A sentence with the byte offset, what was expected and what was found.
  public var description: String {
    switch self {
    case .tooShort(let found):
      "byte \(found): the file ends in the header's length; expected 8 bytes, found \(found)"
    case .headerTooLong(let length, let available):
      "byte 0: the header should have \(length) bytes, but only \(available) follow"
    case .malformedHeader(let expected, let found, let offset):
      "byte \(offset): expected \(expected), found \(found)"
    case .unknownProperty(let property, let name, let offset):
      "byte \(offset): \"\(name)\" has the unknown property \"\(property)\"; expected dtype, shape, data_offsets"
    case .missingProperty(let property, let name, let offset):
      "byte \(offset): \"\(name)\" has no \(property)"
    case .unsupportedType(let type, let name, let expected, let offset):
      "byte \(offset): \"\(name)\" holds numbers of type \(type); expected \(expected.joined(separator: ", "))"
    case .badOffsets(let offsets, let name, let offset):
      "byte \(offset): \"\(name)\" has data_offsets \(offsets); expected two in ascending order"
    case .shapeTooLarge(let shape, let name, let offset):
      "byte \(offset): \"\(name)\" has shape \(shape), more numbers than memory could hold"
    case .wrongSize(let name, let shape, let expected, let found, let offset):
      "byte \(offset): \"\(name)\" of shape \(shape) takes \(expected) bytes, but its data_offsets give \(found)"
    case .notAList(let name, let shape, let offset):
      "byte \(offset): \"\(name)\" holds I64 numbers of shape \(shape); expected at most one dimension"
    case .outOfRange(let name, let begin, let end, let available, let offset):
      "byte \(offset): \"\(name)\" has data_offsets [\(begin), \(end)], but the file ends at \(available)"
    case .notContiguous(let name, let expected, let found, let offset):
      "byte \(offset): the data of \"\(name)\" begin at \(found), "
        + (found < expected ? "inside those of another tensor" : "behind a gap") + "; expected \(expected)"
    case .trailingBytes(let count, let offset):
      "byte \(offset): \(count) bytes at the end belong to no tensor"
    case .notFinite(let name): "\"\(name)\" has numbers that are not finite (NaN or infinity)"
    case .wrongModel(let missing, let extra, let shapes):
      "the file holds another architecture:"
        + (missing.isEmpty ? "" : " missing \(Self.list(missing));")
        + (extra.isEmpty ? "" : " unknown to the model \(Self.list(extra));")
        + shapes.map { " \"\($0.name)\" has shape \($0.found), expected \($0.expected);" }.joined()
        + " load it into the architecture that it was saved from"
    }
  }

  private static func list(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }
}
