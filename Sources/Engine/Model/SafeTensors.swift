/// The contents of a safetensors file: named tensors, named lists of integers, and metadata strings.
///
/// The file consists of eight bytes with the header's length (little-endian), the header (JSON, padded with spaces to a
/// multiple of eight bytes), and the numbers without gaps: first the lists in the order of their names, then the
/// tensors in their own order, so that every number is aligned. Equal contents give equal bytes.
///
/// - Source: Hugging Face, the safetensors format, github.com/huggingface/safetensors, README, "Format".
/// - Note: Of the format's types only F32 and, with at most one dimension, I64 are read and written; a file with other
///   types is refused with an error that names the type, never converted. A single integer becomes a list of one.
public struct SafeTensors: Sendable, Equatable {
  /// Float32 tensors (F32), in the order of the file.
  public var tensors = NamedTensors()
  /// Lists of integers (I64 with at most one dimension), such as labels and sample numbers.
  public var integers: [String: [Int]] = [:]
  /// The format's "__metadata__": strings by name.
  public var metadata: [String: String] = [:]

  /// Contents without tensors, lists and metadata.
  public init() {}

  /// Decodes the bytes of a whole file.
  ///
  /// The header is not trusted: lengths, types, shapes and offsets are checked against each other and against the
  /// file's size before any number is copied. Every byte of the file must belong to an entry.
  /// - Throws: The first problem, with its byte offset.
  public init(_ bytes: [UInt8]) throws(SafeTensorsError) {
    let header = try SafeTensorsHeader(reading: bytes, fileSize: bytes.count, types: [.float32, .int64])
    metadata = header.metadata
    for entry in header.entries {
      if entry.type == .int64, entry.shape.count > 1 {
        throw .notAList(name: entry.name, shape: entry.shape, offset: entry.offset)
      }
      let data = bytes[header.dataStart + entry.begin..<header.dataStart + entry.end]
      switch entry.type {
      case .float32: tensors[entry.name] = Tensor(shape: entry.shape, storage: Storage(bytes: data))
      default: integers[entry.name] = [Int](int64Bytes: data)
      }
    }
  }

  /// Encodes the bytes of a whole file.
  ///
  /// - Precondition: No name is in both `tensors` and `integers`, and none is "__metadata__", which the format
  ///   reserves.
  public func encoded() -> [UInt8] {
    var header = SafeTensorsHeader(metadata: metadata)
    let listNames = integers.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let lists = listNames.map { integers[$0, default: []] }
    for (name, list) in zip(listNames, lists) {
      precondition(tensors[name] == nil, "'\(name)' names both a tensor and a list")
      header.append(name, type: .int64, shape: [list.count])
    }
    for (name, tensor) in zip(tensors.names, tensors.values) {
      header.append(name, type: .float32, shape: tensor.shape)
    }
    let text = header.encoded()
    var bytes: [UInt8] = []
    AllocationFailure.probe(8 + text.count + header.dataCount)
    bytes.reserveCapacity(8 + text.count + header.dataCount)
    bytes.append(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) })
    bytes.append(contentsOf: text)
    for list in lists { list.append(to: &bytes) }
    for tensor in tensors.values { tensor.storage.append(to: &bytes) }
    return bytes
  }
}
