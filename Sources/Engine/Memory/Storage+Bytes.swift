// The bulk copies between numbers and their bytes in files, which are little-endian like every machine we run on.
#if _endian(big)
  #error("files hold little-endian numbers; this machine needs a byte swap here")
#endif

extension Storage {
  /// The numbers whose bytes are given: four for each.
  convenience init(bytes: ArraySlice<UInt8>) {
    let width = MemoryLayout<Float>.size
    precondition(bytes.count.isMultiple(of: width), "\(bytes.count) bytes are no whole number of Float32")
    self.init(count: bytes.count / width)
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: pointer, count: $0.count).copyMemory(from: $0) }
  }

  /// Adds the bytes of the numbers to the end of `bytes`.
  func append(to bytes: inout [UInt8]) { bytes.append(contentsOf: UnsafeRawBufferPointer(buffer)) }
}

extension [Int] {
  /// The whole numbers whose bytes are given: eight for each.
  init(int64Bytes bytes: ArraySlice<UInt8>) {
    let width = MemoryLayout<Int64>.size
    precondition(bytes.count.isMultiple(of: width), "\(bytes.count) bytes are no whole number of Int64")
    precondition(MemoryLayout<Int>.size == width, "Int has 64 bits")
    self.init(unsafeUninitializedCapacity: bytes.count / width) { buffer, count in
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
      count = bytes.count / width
    }
  }

  /// Adds eight bytes for each number to the end of `bytes`.
  func append(to bytes: inout [UInt8]) { withUnsafeBytes { bytes.append(contentsOf: $0) } }
}
