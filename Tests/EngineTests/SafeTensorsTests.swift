import Engine
import Foundation
import TestSupport
import Testing

/// The bytes of a file with this header, followed by `data` bytes.
private func file(_ header: String, data: Int = 0) -> [UInt8] {
  let text = Array(header.utf8)
  let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
  return length + text + [UInt8](repeating: 0, count: data)
}

extension SafeTensorsError {
  fileprivate static func twice(_ name: String, at offset: Int) -> Self {
    .malformedHeader(expected: "each name once", found: "'\(name)' again", offset: offset)
  }
}

private func bits(_ tensor: Tensor) -> [UInt32] { tensor.scalars.map(\.bitPattern) }

@Suite struct SafeTensorsGoldenTests {
  struct Golden: Decodable {
    struct Entry: Decodable {
      var name: String
      var shape: [Int]
      var bits: [UInt32]
    }
    var metadata: [String: String]
    var tensors: [Entry]
    var integers: [String: [Int]]
  }

  let golden: Golden
  let bytes: [UInt8]

  init() throws {
    golden = try GoldenFile.read(Golden.self, "safetensors")
    bytes = try [UInt8](Data(contentsOf: GoldenFile.url("safetensors", "reference.safetensors")))
  }

  @Test func readsTheFileOfTheReferenceImplementation() throws {
    let contents = try SafeTensors(bytes)
    #expect(contents.metadata == golden.metadata)
    #expect(contents.integers == golden.integers)
    #expect(Array(contents.tensors.names) == golden.tensors.map(\.name))
    for entry in golden.tensors {
      let tensor = try #require(contents.tensors[entry.name])
      #expect(tensor.shape == entry.shape, "\(entry.name)")
      #expect(bits(tensor) == entry.bits, "\(entry.name)")
    }
  }

  @Test func writesTheBytesOfTheReferenceImplementation() throws {
    var contents = SafeTensors()
    contents.metadata = golden.metadata
    contents.integers = golden.integers
    for entry in golden.tensors {
      contents.tensors[entry.name] = Tensor(entry.bits.map { Float(bitPattern: $0) }, shape: entry.shape)
    }
    let written = contents.encoded()
    try #require(written.count == bytes.count)
    let different = written.indices.first { written[$0] != bytes[$0] }
    #expect(different == nil, "first different byte")
  }

  @Test func everyTruncationIsRefused() {
    for count in 0..<bytes.count {
      #expect(throws: SafeTensorsError.self, "\(count) of \(bytes.count) bytes") {
        try SafeTensors(Array(bytes.prefix(count)))
      }
    }
  }

  /// A header with flipped bits may be valid, but must never stop the process.
  @Test func noFlippedBitOfTheHeaderStopsTheProcess() {
    var refused = 0
    let headerEnd = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    for index in 0..<headerEnd {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        if (try? SafeTensors(damaged)) == nil { refused += 1 }
      }
    }
    #expect(refused > headerEnd)
  }
}

@Suite struct SafeTensorsRoundTripTests {
  @Test func keepsOrderBitsAndTexts() throws {
    var random = RandomSource(seed: 7)
    var contents = SafeTensors()
    contents.tensors["z"] = Tensor(normal: [5, 3], random: &random)
    contents.tensors["a"] = Tensor([.nan, -0.0, .leastNonzeroMagnitude], shape: [3, 1])
    contents.tensors["nothing"] = Tensor(zeros: [2, 0])
    contents.tensors["also nothing"] = Tensor(zeros: [0])
    contents.tensors["one"] = Tensor(3)
    contents.integers = ["labels": [3, 1, .min, .max], "none": []]
    contents.metadata = ["b": "", "a": "tab\tquote\"\u{08}\u{0C}\u{1F}\r\n\\/é"]
    let read = try SafeTensors(contents.encoded())
    #expect(Array(read.tensors.names) == ["z", "a", "nothing", "also nothing", "one"])
    for name in contents.tensors.names {
      let (before, after) = (try #require(contents.tensors[name]), try #require(read.tensors[name]))
      #expect(before.shape == after.shape, "\(name)")
      #expect(bits(before) == bits(after), "\(name)")
    }
    #expect(read.integers == contents.integers)
    #expect(read.metadata == contents.metadata)
    #expect(read.encoded() == contents.encoded())
  }

  @Test func nothingIsAFileToo() throws {
    let bytes = SafeTensors().encoded()
    #expect(bytes == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
    #expect(try SafeTensors(bytes) == SafeTensors())
  }

  @Test(arguments: 1...9) func numbersAreAlignedWhateverTheLengthOfTheHeader(nameLength: Int) throws {
    var contents = SafeTensors()
    contents.tensors[String(repeating: "x", count: nameLength)] = Tensor([1, 2], shape: [2])
    contents.integers["labels"] = [5]
    let bytes = contents.encoded()
    #expect(bytes.count.isMultiple(of: 8))
    #expect(Array(bytes.suffix(16)) == [5, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0x80, 0x3F] + [0, 0, 0, 0x40])
  }

  @Test func headersInAnyOrderAreRead() throws {
    let header = """
      {"b": {"data_offsets": [8, 12], "shape": [1], "dtype": "F32"},\t"\\u0061\\ud83d\\ude42":
      {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}}\u{20}
      """
    let contents = try SafeTensors(file(header, data: 12))
    #expect(Array(contents.tensors.names) == ["a🙂", "b"])
    #expect(contents.tensors["a🙂"]?.shape == [2, 1])
  }

  @Test func twentyMegabytesTakeMilliseconds() throws {
    var contents = SafeTensors()
    for index in 0..<20 { contents.tensors["layer\(index).weight"] = Tensor(repeating: 1, shape: [512, 512]) }
    // Time of this thread, so that a busy machine makes no difference.
    func seconds(_ body: () throws -> Void) rethrows -> Double {
      func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
      }
      let start = now()
      try body()
      return now() - start
    }
    var bytes: [UInt8] = []
    let writing = (0..<5).map { _ in seconds { bytes = contents.encoded() } }.min()
    #expect(bytes.count > 20 << 20)
    var read = SafeTensors()
    let reading = try (0..<5).map { _ in try seconds { read = try SafeTensors(bytes) } }.min()
    #expect(read.tensors.count == 20)
    // Bulk copies take 5 ms; copying number by number would take seconds.
    #expect(try #require(writing) < 0.2)
    #expect(try #require(reading) < 0.2)
  }
}

@Suite struct SafeTensorsErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var error: SafeTensorsError

    init(_ description: String, _ bytes: [UInt8], _ error: SafeTensorsError) {
      testDescription = description
      self.bytes = bytes
      self.error = error
    }

    init(_ description: String, _ header: String, data: Int = 0, _ error: SafeTensorsError) {
      self.init(description, file(header, data: data), error)
    }
  }

  /// An entry with the name "w".
  static func w(_ type: String = "F32", shape: String = "[2]", at place: String = "[0,8]") -> String {
    #""w":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(place)}"#
  }

  static let cases: [Case] = [
    Case("no bytes", [UInt8](), .tooShort(found: 0)),
    Case("seven bytes", [UInt8](repeating: 0, count: 7), .tooShort(found: 7)),
    Case("no header", file(""), .malformedHeader(expected: "'{'", found: "the end of the text", offset: 8)),
    Case(
      "a header longer than the file", [3, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8),
      .headerTooLong(length: 3, available: 2)),
    Case(
      "the longest header", [UInt8](repeating: 255, count: 8) + Array("{}".utf8),
      .headerTooLong(length: .max, available: 2)),
    Case("a space in front", " {}", .malformedHeader(expected: "'{'", found: "byte value 32", offset: 8)),
    Case("a list", "[]", .malformedHeader(expected: "'{'", found: "'['", offset: 8)),
    Case(
      "no end", "{",
      .malformedHeader(expected: "a text in double quotes", found: "the end of the text", offset: 9)),
    Case("more than an object", "{} {}", .malformedHeader(expected: "the end of the text", found: "'{'", offset: 11)),
    Case("a number as name", "{1:2}", .malformedHeader(expected: "a text in double quotes", found: "'1'", offset: 9)),
    Case("no colon", #"{"w" 1}"#, .malformedHeader(expected: "':'", found: "'1'", offset: 13)),
    Case(
      "a name without end", #"{"w"#,
      .malformedHeader(expected: "a closing '\"'", found: "the end of the text", offset: 9)),
    Case("a number as tensor", #"{"w":1}"#, .malformedHeader(expected: "'{'", found: "'1'", offset: 13)),
    Case(
      "a negative extent", "{\(w(shape: "[-2]"))}",
      .malformedHeader(expected: "a whole number ≥ 0", found: "'-'", offset: 37)),
    Case(
      "a broken extent", "{\(w(shape: "[2.5]"))}", .malformedHeader(expected: "',' or ']'", found: "'.'", offset: 38)),
    Case(
      "an endless extent", "{\(w(shape: "[9223372036854775808]"))}",
      .malformedHeader(expected: "a whole number below 2^63", found: "a larger one", offset: 37)),
    Case(
      "a leading zero", "{\(w(shape: "[02]"))}",
      .malformedHeader(expected: "a number without leading zeros", found: "'0'", offset: 37)),
    Case(
      "half a surrogate pair", #"{"\ud83d":1}"#,
      .malformedHeader(expected: "a surrogate pair", found: "half of one", offset: 10)),
    Case(
      "the wrong half of a pair", #"{"\ude42\ud83d":1}"#,
      .malformedHeader(expected: "a surrogate pair", found: "half of one", offset: 10)),
    Case(
      "an unknown escape", #"{"\x":1}"#,
      .malformedHeader(expected: "an escaped character", found: "'x'", offset: 11)),
    Case(
      "a bare control character", "{\"\u{1}\":1}",
      .malformedHeader(expected: "a text without bare control characters", found: "byte value 1", offset: 10)),
    Case(
      "bytes that are no UTF-8", [5, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22, 0xFF, 0x22, 0x7D],
      .malformedHeader(expected: "a text in UTF-8", found: "other bytes", offset: 9)),
    Case(
      "a number as metadata", #"{"__metadata__":{"a":1}}"#,
      .malformedHeader(expected: "a text in double quotes", found: "'1'", offset: 29)),
    Case("a name twice", "{\(w()),\(w(at: "[8,16]"))}", data: 16, .twice("w", at: 62)),
    Case("a text twice", #"{"__metadata__":{"a":"","a":""}}"#, .twice("a", at: 32)),
    Case("metadata twice", #"{"__metadata__":{},"__metadata__":{}}"#, .twice("__metadata__", at: 27)),
    Case("a property twice", #"{"w":{"dtype":"F32","dtype":"F32"}}"#, .twice("dtype", at: 28)),
    Case("an unknown property", #"{"w":{"strides":[1]}}"#, .unknownProperty("strides", name: "w", offset: 14)),
    Case("no type", #"{"w":{"shape":[],"data_offsets":[0,4]}}"#, .missingProperty("dtype", name: "w", offset: 9)),
    Case("no shape", #"{"w":{"dtype":"F32"}}"#, .missingProperty("shape", name: "w", offset: 9)),
    Case(
      "no offsets", #"{"w":{"dtype":"F32","shape":[]}}"#, .missingProperty("data_offsets", name: "w", offset: 9)),
    Case(
      "half precision", "{\(w("BF16"))}", data: 8,
      .unsupportedType("BF16", name: "w", expected: ["F32", "I64"], offset: 14)),
    Case("one offset", "{\(w(at: "[8]"))}", data: 8, .badOffsets([8], name: "w", offset: 9)),
    Case("offsets backwards", "{\(w(at: "[8,0]"))}", data: 8, .badOffsets([8, 0], name: "w", offset: 9)),
    Case(
      "too few bytes", "{\(w(shape: "[3]"))}", data: 8,
      .wrongSize(name: "w", shape: [3], expected: 12, found: 8, offset: 9)),
    Case(
      "a size that overflows", "{\(w(shape: "[4294967296,4294967296]"))}", data: 8,
      .shapeTooLarge([1 << 32, 1 << 32], name: "w", offset: 9)),
    Case(
      "a size that overflows behind a zero", "{\(w(shape: "[0,4294967296,4294967296]", at: "[0,0]"))}",
      .shapeTooLarge([0, 1 << 32, 1 << 32], name: "w", offset: 9)),
    Case(
      "whole numbers in two dimensions", "{\(w("I64", shape: "[1,1]"))}", data: 8,
      .notAList(name: "w", shape: [1, 1], offset: 9)),
    Case(
      "numbers behind the end", "{\(w())}", data: 7,
      .outOfRange(name: "w", begin: 0, end: 8, available: 7, offset: 9)),
    Case(
      "a gap at the start", "{\(w(at: "[4,12]"))}", data: 12,
      .notContiguous(name: "w", expected: 0, found: 4, offset: 9)),
    Case(
      "an overlap", "{\(w()),\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", data: 8,
      .notContiguous(name: "v", expected: 8, found: 4, offset: 62)),
    Case("bytes at the end", "{\(w())}", data: 9, .trailingBytes(count: 1, offset: 70)),
    Case("bytes without tensors", "{}", data: 1, .trailingBytes(count: 1, offset: 10)),
  ]

  @Test(arguments: cases) func isRefusedWithItsPlace(_ example: Case) {
    #expect(throws: example.error) { try SafeTensors(example.bytes) }
    #expect(example.error.description.hasPrefix("byte "))
  }
}

@Suite struct CheckpointTests {
  static func classifier(seed: UInt64, width: Int = 4) -> Classifier {
    let body = Sequential([
      ("conv", Convolution(channels: width, size: 3)), ("norm", BatchNorm()), ("pool", GlobalAveragePool()),
    ])
    return Classifier(body: body, imageShape: [6, 6, 2], classCount: 3, random: RandomSource(seed: seed))
  }

  @Test func restoresEveryBit() throws {
    var random = RandomSource(seed: 1)
    var source = Self.classifier(seed: 1)
    for name in source.statistics.names {
      source.statistics[name] = Tensor(uniform: [4], low: 0.5, high: 2, random: &random)
    }
    var copy = Self.classifier(seed: 2)
    #expect(copy.parameters != source.parameters)
    try copy.restore(SafeTensors(source.checkpoint.encoded()))
    #expect(copy.parameters == source.parameters)
    #expect(copy.statistics == source.statistics)
    let images = Tensor(normal: [2, 6, 6, 2], random: &random)
    #expect(copy.evaluate(images).logits == source.evaluate(images).logits)
    #expect(copy.checkpoint.encoded() == source.checkpoint.encoded())
  }

  @Test func otherArchitecturesAreRefusedByName() throws {
    var model = Self.classifier(seed: 1)
    let before = model.parameters
    var checkpoint = Self.classifier(seed: 2, width: 5).checkpoint
    let normName = try #require(checkpoint.tensors.names.first { $0.hasSuffix("running_mean") })
    var renamed = SafeTensors()
    for name in checkpoint.tensors.names where name != normName { renamed.tensors[name] = checkpoint.tensors[name] }
    renamed.tensors["other"] = Tensor(0)
    renamed.integers["labels"] = [1]
    checkpoint = renamed
    let error = try #require(throws: SafeTensorsError.self) { try model.restore(checkpoint) }
    guard case .wrongModel(let missing, let extra, let shapes) = error else {
      Issue.record("unexpected \(error)")
      return
    }
    #expect(missing == [normName])
    #expect(extra == ["other", "labels"])
    let head = try #require(shapes.first { $0.name == "head.weight" })
    #expect(head.expected == [3, 4] && head.found == [3, 5])
    for name in [normName, "other", "labels", "head.weight"] { #expect(error.description.contains("\"\(name)\"")) }
    #expect(model.parameters == before, "a refused checkpoint changes nothing")
  }
}
