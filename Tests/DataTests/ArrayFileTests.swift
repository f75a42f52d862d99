import Data
import Foundation
import TestSupport
import Testing

/// Reading arrays that other programs saved, valid and damaged.
@Suite("arrays of npy, npz and safetensors files") struct ArrayFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func golden(_ name: String) throws -> ArrayFile { try ArrayFile(GoldenFile.url("audit", name)) }

  @Test("the files that NumPy and PyTorch write have the same numbers, whole and model by model")
  func formats() throws {
    let first = try Self.golden("models.npz")
    #expect(first.names == ["labels", "parts", "originals", "retrained", "ascent"])
    for file in ["compressed.npz", "fortran.npz", "models.safetensors"] {
      let other = try Self.golden(file)
      #expect(Set(other.names) == Set(first.names))
      for name in ["labels", "parts"] {
        #expect(try other.array(name).integers() == first.array(name).integers(), "\(file): \(name)")
      }
      for name in ["originals", "retrained", "ascent"] {
        let (own, expected) = (try other.array(name), try first.array(name))
        try own.verify()
        #expect(own.shape == [8, 80, 4] && expected.shape == own.shape)
        let numbers = try expected.numbers()
        #expect(try own.numbers() == numbers, "\(file): \(name)")
        for model in 0..<8 {
          #expect(try own.numbers(at: model) == Array(numbers[model * 320..<(model + 1) * 320]), "\(file): \(name)")
        }
      }
    }
    #expect(try Self.golden("double.npy").array("").numbers() == first.array("retrained").numbers())
  }

  private struct Golden: Decodable {
    var lastOfAscent: [String: [Float]]
  }

  @Test("numbers of half precision are those that PyTorch reads back") func half() throws {
    let golden = try GoldenFile.read(Golden.self, "audit", isSnakeCase: true).lastOfAscent
    #expect(try Self.golden("models.npz").array("ascent").numbers(at: 7) == golden["float32"])
    let half = try Self.golden("half.safetensors")
    #expect(try half.array("float16").numbers(at: 7) == golden["float16"])
    #expect(try half.array("bfloat16").numbers(at: 7) == golden["bfloat16"])
    let parts = try Self.golden("models.npz").array("parts").integers()
    #expect(try half.array("mask").integers() == parts.map { $0 == 0 ? 1 : 0 })
  }

  @Test(
    "every type of number",
    arguments: [
      ("|b1", [0, 1], [0, 1]), ("|i1", [0xff, 0x7f], [-1, 127]), ("|u1", [0xff, 0x7f], [255, 127]),
      ("<i2", [0xfe, 0xff, 1, 2], [-2, 513]), ("<u2", [0xfe, 0xff, 1, 2], [65534, 513]),
      ("<i4", [0xfd, 0xff, 0xff, 0xff, 0, 0, 1, 0], [-3, 65536]),
      ("<u4", [0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0], [4_294_967_295, 1]),
      ("<i8", [0xfc] + [UInt8](repeating: 0xff, count: 7) + [0, 0, 0, 0, 1, 0, 0, 0], [-4, 4_294_967_296]),
      ("<u8", [UInt8](repeating: 0xff, count: 8) + [5, 0, 0, 0, 0, 0, 0, 0], [.max, 5]),
      ("=i2", [1, 0, 2, 0], [1, 2]),
    ] as [(String, [UInt8], [Int])])
  func integers(description: String, bytes: [UInt8], expected: [Int]) throws {
    for version: UInt8 in 1...3 {
      let url = try folder.write(NumPy.array(description, [2], bytes, version: version), to: "\(version).npy")
      let array = try ArrayFile(url).array("")
      #expect(try array.integers() == expected)
      #expect(try array.numbers()[1] == Float(expected[1]))
    }
  }

  @Test("floating-point numbers of three widths, and no integers among them") func floats() throws {
    for (description, bytes) in [
      ("<f2", [0, 0x3e]), ("<f4", [0, 0, 0xc0, 0x3f]), ("<f8", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]),
    ] as [(String, [UInt8])] {
      let array = try ArrayFile(try folder.write(NumPy.array(description, [1], bytes), to: description)).array("")
      #expect(try array.numbers() == [1.5])
      let error = #expect(throws: ArrayFileError.self) { try array.integers() }
      #expect(error?.description.hasSuffix("expected integers, found numbers of type float\(8 * bytes.count)") == true)
    }
  }

  /// A file that is refused, and what its error says.
  struct Refused: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var message: String

    init(_ name: String, _ bytes: [UInt8], _ message: String) {
      (testDescription, self.bytes, self.message) = (name, bytes, message)
    }
  }

  private static let two = NumPy.array([1, 2], [2])

  static let refused = [
    Refused("empty", [], "neither npy, npz nor safetensors"),
    Refused("text", Array("1, 2, 3, 4, 5, 6".utf8), "neither npy, npz nor safetensors"),
    Refused("a pickle", [0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0], "neither npy, npz nor safetensors"),
    Refused("version 4", NumPy.array("<f4", [0], [], version: 4), "byte 6: npy version 4; versions 1 to 3 are read"),
    Refused("objects", NumPy.array("|O", [1], [0]), "pickled Python objects, which are never loaded"),
    Refused("big-endian", NumPy.array(">f4", [1], [0, 0, 0, 0]), "numbers of type >f4 are big-endian"),
    Refused("complex", NumPy.array("<c8", [1], [UInt8](repeating: 0, count: 8)), "values of type <c8"),
    Refused("text in an array", NumPy.array("<U3", [1], [UInt8](repeating: 0, count: 12)), "values of type <U3"),
    Refused(
      "records", NumPy.file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", [0, 0, 0, 0]),
      "it holds records"),
    Refused(
      "no shape", NumPy.file("{'descr': '<f4', 'fortran_order': False, }", []),
      "the header has no 'fortran_order' and 'shape'"),
    Refused(
      "two shapes", NumPy.file("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (2,)}", []),
      "the header has no"),
    Refused("negative extent", NumPy.array("<f4", [-1], []), "the shape (-1,) is no list of numbers"),
    Refused("header beyond the end", Array(two[..<40]), "the file ends in its header"),
    Refused("huge header", Array(two[..<6]) + [2, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0], "at most 65536 are read"),
    Refused("truncated", Array(two.dropLast(2)), "takes 8 bytes, and the file has 6; it is truncated"),
    Refused("surplus", two + [0], "takes 8 bytes, and the file has 9; it has bytes that belong to nothing"),
    Refused("huge", NumPy.array("<f4", [1 << 40, 4], []), "more than 17179869184 numbers"),
    Refused("overflow", NumPy.array("<f4", [1 << 62, 1 << 62], []), "more than 17179869184 numbers"),
    Refused(
      "a huge extent behind an empty one", NumPy.array("<f4", [0, 1 << 40], []), "more than 17179869184 numbers"),
    Refused("two entries of one name", NumPy.archive([("a", two), ("a", two)]), "two arrays are named 'a'"),
    Refused(
      "a file of torch.save", NumPy.archive([("archive/data.pkl", [0x80, 2])], suffix: ""),
      "a file of torch.save holds pickled Python objects, which are never loaded"),
    Refused("an entry that is no array", NumPy.archive([("a", [1, 2, 3])]), "a: byte 0: expected an npy file"),
    Refused(
      "an archive without its end", Array(NumPy.archive([("a", two)]).dropLast(22)), "no end record; it is truncated"),
    Refused(
      "a safetensors file cut short", safeTensors(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7),
      "has data_offsets [0, 8], but the file ends at 7"),
    Refused(
      "an unknown type", safeTensors(#"{"a":{"dtype":"F8_E5M2","shape":[2],"data_offsets":[0,2]}}"#, 2),
      "holds numbers of type F8_E5M2"),
    Refused("a header of another grammar", safeTensors("{\"a\":1}", 0), "expected '{'"),
  ]

  private static func safeTensors(_ header: String, _ count: Int) -> [UInt8] {
    NumPy.bytes(header.utf8.count, 8) + Array(header.utf8) + [UInt8](repeating: 0, count: count)
  }

  /// Reads everything of a file.
  private func readAll(_ url: URL) throws -> [[Float]] {
    let file = try ArrayFile(url)
    return try file.names.map { name in
      let array = try file.array(name)
      try array.verify()
      return try array.numbers()
    }
  }

  @Test("what is refused is an error that says why", arguments: refused) func errors(_ refused: Refused) throws {
    let url = try folder.write(refused.bytes, to: "file")
    let error = #expect(throws: ArrayFileError.self) { try readAll(url) }
    #expect(error?.description.contains(refused.message) == true, "\(error as Any)")
    #expect(error?.description.hasPrefix(url.path) == true)
  }

  @Test("no file, a folder and an unknown array are errors") func missing() throws {
    let nowhere = #expect(throws: ArrayFileError.self) { try ArrayFile(folder.url.appending(path: "nowhere")) }
    #expect(nowhere?.description.contains("No such file") == true)
    #expect(throws: ArrayFileError.file(.notAFile(path: folder.url.path))) { try ArrayFile(folder.url) }
    let file = try Self.golden("models.npz")
    #expect(try file.name(nil, usual: "retrained") == "retrained")
    #expect(try file.name("ascent", usual: "retrained") == "ascent")
    for name in ["ascend", nil] {
      let error = #expect(throws: ArrayFileError.self) { try file.name(name, usual: "own") }
      #expect(error?.description.hasSuffix("it has labels, parts, originals, retrained, ascent") == true)
    }
    #expect(throws: ArrayFileError.self) { try file.array("ascend") }
  }

  private static let archives = [
    NumPy.archive([("labels", NumPy.array([0, 1, 2])), ("scores", NumPy.array([0.5, -1, 2, 3, 4, 5], [2, 3]))]),
    NumPy.archive([("scores", NumPy.array([0.5, -1, 2, 3, 4, 5], [2, 3]))], isDeflated: true),
  ]

  @Test("every prefix of an archive is an error", arguments: archives) func prefixes(bytes: [UInt8]) throws {
    for end in bytes.indices {
      let url = try folder.write(Array(bytes[..<end]), to: "\(end).npz")
      #expect(throws: ArrayFileError.self, "the first \(end) bytes") { try readAll(url) }
    }
  }

  @Test("an archive with a changed byte is an error, or has the same numbers", arguments: archives)
  func changedBytes(bytes: [UInt8]) throws {
    let whole = try readAll(folder.write(bytes, to: "whole.npz"))
    var errors = 0
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 0xff
      let url = try folder.write(changed, to: "\(place).npz")
      do {
        let read = try readAll(url)
        #expect(read == whole, "byte \(place)")
      } catch is ArrayFileError {
        errors += 1
      }
    }
    // Names, times and versions may be anything.
    #expect(errors > bytes.count / 2)
  }

  @Test("a deflated array of many pieces, and each of its parts") func pieces() throws {
    let numbers = (0..<900_000).map { Float($0) }
    let entry = (name: "a", bytes: NumPy.array(numbers, [3, 300_000]))
    for isDeflated in [false, true] {
      let url = try folder.write(NumPy.archive([entry], isDeflated: isDeflated), to: "\(isDeflated).npz")
      let array = try ArrayFile(url).array("a")
      try array.verify()
      for part in 0..<3 {
        #expect(try array.numbers(at: part) == Array(numbers[part * 300_000..<(part + 1) * 300_000]))
      }
      #expect(try array.numbers() == numbers)
    }
  }

  @Test("of little compressed data all is read, however much it becomes") func repeated() throws {
    let zeros = try Self.golden("repeated.npz").array("zeros")
    try zeros.verify()
    #expect(try zeros.numbers() == [Float](repeating: 0, count: 65532))
    let steps = try Self.golden("repeated.npz").array("steps")
    try steps.verify()
    #expect(try steps.numbers() == (0..<600_000).map { Float($0 / 1000) })
    #expect(try steps.numbers(at: 1) == (300_000..<600_000).map { Float($0 / 1000) })
  }

  @Test("a large array in Fortran order, whose parts are interleaved") func fortranOrder() throws {
    // Element (m, n, k) is 100000 m + 10 n + k, written with m fastest.
    let (models, samples, classes) = (3, 40_001, 3)
    var data: [UInt8] = []
    for k in 0..<classes {
      for n in 0..<samples { for m in 0..<models { data += NumPy.bytes(1_000_000 * m + 10 * n + k, 4) } }
    }
    let file = NumPy.array("<i4", [models, samples, classes], data, isFortranOrder: true)
    let array = try ArrayFile(try folder.write(file, to: "f.npy")).array("")
    for m in 0..<models {
      let numbers = try array.numbers(at: m)
      #expect(numbers.indices.allSatisfy { numbers[$0] == Float(1_000_000 * m + 10 * ($0 / 3) + $0 % 3) })
    }
    #expect(try array.integers()[samples * classes + 4] == 1_000_011)
  }

  @Test("one model of a bank is read that no memory holds") func sparse() throws {
    // 6.6 GB, of which a file system keeps the header and the last model alone.
    let shape = [4096, 40_000, 10]
    let url = try folder.write(NumPy.array("<f4", shape, []), to: "bank.npy")
    let handle = try FileHandle(forUpdating: url)
    let header = try handle.seekToEnd()
    let size = header + UInt64(4 * shape.reduce(1, *))
    try handle.truncate(atOffset: size)
    try handle.seek(toOffset: size - 4)
    try handle.write(contentsOf: NumPy.bytes(Int(Float(2.5).bitPattern), 4))
    try handle.close()
    let array = try ArrayFile(url).array("")
    let last = try array.numbers(at: 4095)
    #expect(last.count == 400_000 && last.last == 2.5 && last.dropLast().allSatisfy { $0 == 0 })
    #expect(try array.numbers(at: 0).allSatisfy { $0 == 0 })
  }
}
