// Bulk copies between numbers and their bytes in files, which are little-endian like all supported machines.
#if _endian(big)
  #error("files hold little-endian numbers; this machine needs a byte swap here")
#endif

extension Storage {
  /// The numbers that these bytes encode, four bytes each.
  convenience init(bytes: ArraySlice<UInt8>) {
    let width = MemoryLayout<Float>.size
    precondition(bytes.count.isMultiple(of: width), "\(bytes.count) bytes are not a whole number of Float32 values")
    self.init(count: bytes.count / width)
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: pointer, count: $0.count).copyMemory(from: $0) }
  }

  /// Appends the bytes of the numbers, four each.
  func append(to bytes: inout [UInt8]) { bytes.append(contentsOf: UnsafeRawBufferPointer(buffer)) }
}

extension [Int] {
  /// The integers that these bytes encode, eight bytes each.
  init(int64Bytes bytes: ArraySlice<UInt8>) {
    let width = MemoryLayout<Int64>.size
    precondition(bytes.count.isMultiple(of: width), "\(bytes.count) bytes are not a whole number of Int64 values")
    precondition(MemoryLayout<Int>.size == width, "Int has 64 bits")
    AllocationFailure.probe(bytes.count)
    self.init(unsafeUninitializedCapacity: bytes.count / width) { buffer, count in
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
      count = bytes.count / width
    }
  }

  /// Appends the bytes of the integers, eight each.
  func append(to bytes: inout [UInt8]) { withUnsafeBytes { bytes.append(contentsOf: $0) } }
}
