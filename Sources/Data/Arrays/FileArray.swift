import Engine
public import Foundation

/// An array of numbers in an npy, npz or safetensors file, of which parts are read when they are needed.
///
/// Arrays are in C or Fortran order, numbers are booleans, integers or floating-point numbers; they are read as `Float`.
/// Nothing in a file is executed: pickled objects are refused.
public struct FileArray: Sendable {
  /// The extents of the dimensions.
  public let shape: [Int]
  /// The file and, where it has several arrays, the array, for messages.
  public let place: String
  private let type: ArrayNumber
  private let isFortranOrder: Bool
  private let source: ByteSource
  /// The byte of the source where the numbers begin.
  private let start: Int
  /// The CRC-32 of the source, where the file has one.
  private var checksum: UInt32?

  /// The most numbers of an array, 4096 models of 400,000 samples and ten classes.
  static let mostNumbers = 1 << 34
  /// The most bytes of an array with its header.
  static let mostBytes = 8 * mostNumbers + (1 << 20)

  fileprivate init(
    _ type: ArrayNumber, _ shape: [Int], isFortranOrder: Bool, _ source: ByteSource, from start: Int
  ) throws(ArrayFileError) {
    (self.type, self.shape, self.isFortranOrder) = (type, shape, isFortranOrder)
    (self.source, self.start, place) = (source, start, source.place)
    var count = 1
    // An extent of 0 hides no others that are too large.
    for extent in shape where extent != 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Self.mostNumbers else { throw .tooLarge(place: place, shape: shape) }
      count = product
    }
    let expected = shape.contains(0) ? 0 : count * type.width
    guard source.count - start == expected else {
      throw .wrongSize(place: place, shape: shape, expected: expected, found: source.count - start)
    }
  }

  /// The array in the npy file, or entry of an npz file, at `source`.
  fileprivate init(npy source: ByteSource, checksum: UInt32? = nil) throws(ArrayFileError) {
    let header = try NPYHeader(source)
    try self.init(
      header.type, header.shape, isFortranOrder: header.isFortranOrder && header.shape.count > 1, source,
      from: header.length)
    self.checksum = checksum
  }

  /// Compares all bytes with the checksum of the file, which npz files alone have.
  public func verify() throws(ArrayFileError) {
    guard let checksum else { return }
    var found = Checksum()
    try source.read(0..<source.count) { found.update($0) }
    guard found.value == checksum else {
      throw .damaged(
        place: place, offset: nil, problem: "the data do not have the checksum that the archive has for them")
    }
  }

  /// All numbers in row-major order.
  public func numbers() throws(ArrayFileError) -> [Float] { try elements(part: 0, of: 1, shape, type.float) }

  /// The numbers at `index` of the first dimension, in row-major order.
  public func numbers(at index: Int) throws(ArrayFileError) -> [Float] {
    precondition(!shape.isEmpty && (0..<shape[0]).contains(index), "\(index) of \(shape)")
    return try elements(part: index, of: shape[0], Array(shape.dropFirst()), type.float)
  }

  /// All numbers of an array of integers or booleans, in row-major order; `Int.max` for larger ones.
  public func integers() throws(ArrayFileError) -> [Int] {
    guard type.isInteger else { throw .notIntegers(place: place, type: type.name) }
    return try elements(part: 0, of: 1, shape) { type.integer($0, at: $1) ?? .max }
  }

  /// The elements of one of several parts along the first dimension, each of `shape`.
  private func elements<Element>(
    part: Int, of parts: Int, _ shape: [Int], _ element: ([UInt8], Int) -> Element
  ) throws(ArrayFileError) -> [Element] {
    let count = shape.reduce(1, *)
    AllocationFailure.probe(count * (type.width + MemoryLayout<Element>.stride))
    if !isFortranOrder {
      let size = count * type.width
      let bytes = try source.bytes(start + part * size..<start + (part + 1) * size)
      return (0..<count).map { element(bytes, $0 * type.width) }
    }
    // The parts are interleaved, so all bytes pass by.
    var column: [Element] = []
    var rest: [UInt8] = []
    var index = 0
    try source.read(start..<source.count) { piece in
      rest += piece
      let whole = rest.count / type.width
      for number in 0..<whole where (index + number) % parts == part {
        column.append(element(rest, number * type.width))
      }
      index += whole
      rest.removeFirst(whole * type.width)
    }
    var strides = [1]
    for extent in shape.dropLast() { strides.append(strides[strides.count - 1] * extent) }
    return (0..<count).map { number in
      var (rest, place) = (number, 0)
      for (extent, stride) in zip(shape, strides).reversed() {
        place += rest % extent * stride
        rest /= extent
      }
      return column[place]
    }
  }
}

/// The arrays of an npy, npz or safetensors file.
public struct ArrayFile: Sendable {
  /// The names of the arrays; that of an npy file is empty.
  public let names: [String]
  private let url: URL
  private let array: @Sendable (Int) throws(ArrayFileError) -> FileArray

  /// Reads what describes the arrays of the file at `url`.
  ///
  /// - Throws: `unknownFormat`, or what is wrong with the file.
  public init(_ url: URL) throws(ArrayFileError) {
    self.url = url
    let file = try ByteSource(url)
    let magic = try file.bytes(0..<min(file.count, 9))
    if magic.starts(with: NPYHeader.magic) {
      names = [""]
      array = { (_) throws(ArrayFileError) in try FileArray(npy: file) }
    } else if magic.starts(with: ZipDirectory.magic) || magic.starts(with: [0x50, 0x4b, 5, 6]) {
      let entries = try ZipDirectory(file).entries
      names = entries.map(\.name)
      array = { (index) throws(ArrayFileError) in
        try FileArray(npy: entries[index].source, checksum: entries[index].checksum)
      }
    } else if magic.count == 9, magic[8] == UInt8(ascii: "{") {
      let header = try Self.safeTensors(file)
      names = header.entries.map(\.name)
      array = { (index) throws(ArrayFileError) in
        let entry = header.entries[index]
        var source = file
        source.start = header.dataStart + entry.begin
        (source.storedCount, source.count) = (entry.end - entry.begin, entry.end - entry.begin)
        source.place += ": \(entry.name)"
        return try FileArray(ArrayNumber(entry.type), entry.shape, isFortranOrder: false, source, from: 0)
      }
    } else {
      throw .unknownFormat(path: url.path)
    }
  }

  private static let longestHeader = 100 << 20

  private static func safeTensors(_ file: ByteSource) throws(ArrayFileError) -> SafeTensorsHeader {
    let length = try file.bytes(0..<8).littleEndian(0, 8)
    let start = try file.bytes(0..<min(file.count, 8 + Int(min(length, UInt64(longestHeader)))))
    do throws(SafeTensorsError) {
      return try SafeTensorsHeader(reading: start, fileSize: file.count, types: SafeTensorsHeader.NumberType.allCases)
    } catch { throw .damaged(place: file.place, offset: nil, problem: error.description) }
  }

  /// The array of this name, of which nothing but type and shape is read.
  public func array(_ name: String) throws(ArrayFileError) -> FileArray {
    guard let index = names.firstIndex(of: name) else {
      throw .unknownArray(path: url.path, name: name, known: names)
    }
    return try array(index)
  }

  /// The name of the array that a user means by `written`; without it, of the only one, or of that named `usual`.
  public func name(_ written: String?, usual: String) throws(ArrayFileError) -> String {
    if let written {
      if names.contains(written) { return written }
      throw .unknownArray(path: url.path, name: written, known: names)
    }
    if names.count == 1 { return names[0] }
    guard names.contains(usual) else { throw .unknownArray(path: url.path, name: nil, known: names) }
    return usual
  }
}
