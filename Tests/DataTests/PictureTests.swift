import Foundation
import TestSupport
import Testing

@testable import Data

/// Results of Pillow; see Tests/Golden/pictures/make.py.
struct PictureGolden: Decodable {
  struct Decoded: Decodable {
    var file: Foundation.Data
    var height: Int, width: Int
    var pixels: [UInt8]
  }
  struct Case: Decodable {
    var height: Int, width: Int
    var pixels: [UInt8]
  }
  struct Resized: Decodable {
    var height: Int, width: Int
    var source: [UInt8]
    var cases: [Case]
  }
  struct Framed: Decodable {
    var height: Int, width: Int, size: Int
    var source: [UInt8], center: [UInt8], stretch: [UInt8]
  }
  var decoded: [String: Decoded]
  var resized: Resized
  var framed: [Framed]
  var cmyk: Foundation.Data
  /// Files with intact pixels and faults elsewhere.
  var faulty: [String: Decoded]
  /// Files with damaged pixels, or with changed bytes.
  var damaged: [String: Foundation.Data]

  static func load() throws -> PictureGolden { try GoldenFile.read(PictureGolden.self, "pictures") }
}

@Suite struct PictureTests {
  private let golden: PictureGolden
  init() throws { golden = try PictureGolden.load() }

  @Test func decodesAsPillowDoes() throws {
    #expect(golden.decoded.count == 35)
    for (name, expected) in golden.decoded {
      let decoded = try Picture.decode(Array(expected.file))
      #expect(decoded.picture.height == expected.height && decoded.picture.width == expected.width, "\(name)")
      #expect(decoded.warning == nil, "\(name)")
      expectSame(decoded.picture.pixels, expected.pixels, name: name)
    }
  }

  @Test func readsWholePicturesOfFaultyFiles() throws {
    #expect(golden.faulty.count == 9)
    for (name, expected) in golden.faulty {
      let decoded = try Picture.decode(Array(expected.file))
      #expect(decoded.warning?.isEmpty == false, "\(name)")
      expectSame(decoded.picture.pixels, expected.pixels, name: name)
    }
  }

  @Test func refusesDamagedPixels() {
    #expect(golden.damaged.count == 7)
    for (name, file) in golden.damaged {
      let error = #expect(throws: Picture.Problem.self, "\(name)") { try Picture(decoding: Array(file)) }
      #expect(error?.reason.isEmpty == false, "\(name)")
    }
  }

  /// A header that announces 30,000 × 30,000 pixels, and a line that would be scaled to 32 × 32,000,000.
  @Test func hugePicturesAreRefusedBeforeMemoryIsTaken() throws {
    var header = Array(try #require(golden.decoded["gray png of 8 bits"]).file.prefix(33))
    header.replaceSubrange(16..<24, with: [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30])
    var crc = UInt32.max
    for byte in header[12..<29] {
      crc = (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    header.replaceSubrange(29..<33, with: [24, 16, 8, 0].map { UInt8(~crc >> $0 & 255) })
    // The decoder needs some pixel data before the header counts as complete.
    let error = #expect(throws: Picture.Problem.self) {
      try Picture(decoding: header + [0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54])
    }
    #expect(error?.reason == "its header says 30000×30000 pixels; 1 to 134217728 can be read")
    let line = Picture(height: 1, width: 1_000_000, pixels: [UInt8](repeating: 7, count: 3_000_000))
    let problem = #expect(throws: Picture.Problem.self) { try Framing.center.framed(line, size: 28) }
    #expect(problem?.reason.hasPrefix("1000000×1 pixels would be scaled to 32000000×32; ") == true)
    #expect(try Framing.stretch.framed(line, size: 28).pixels == [UInt8](repeating: 7, count: 28 * 28 * 3))
  }

  @Test func resizesAsPillowDoes() {
    let source = Picture(height: golden.resized.height, width: golden.resized.width, pixels: golden.resized.source)
    #expect(golden.resized.cases.count == 6)
    for expected in golden.resized.cases {
      expectSame(source.resized(height: expected.height, width: expected.width).pixels, expected.pixels)
    }
  }

  @Test func framesAsTorchvisionDoes() throws {
    for expected in golden.framed {
      let source = Picture(height: expected.height, width: expected.width, pixels: expected.source)
      let stored = try Framing.center.framed(source, size: expected.size)
      #expect(stored.height == 32 && stored.width == 32)
      let rectangle = Picture.Rectangle(top: 2, left: 2, height: 28, width: 28)
      // Pillow 13 resizes the columns of the tall picture first.
      let tolerance = expected.height == 77 ? 1 : 0
      expectSame(stored.cropped(to: rectangle).pixels, expected.center, tolerance)
      expectSame(try Framing.stretch.framed(source, size: expected.size).pixels, expected.stretch, tolerance)
    }
    #expect(Framing.center.storedSize(224) == 256)
  }

  @Test(arguments: ["jpeg", "progressive jpeg", "png"]) func refusesFilesThatAreCutOff(name: String) throws {
    let file = Array(try #require(golden.decoded[name]).file)
    for share in [0.3, 0.6, 0.9] {
      let part = Array(file.prefix(Int(share * Double(file.count))))
      let error = #expect(throws: Picture.Problem.self) { try Picture(decoding: part) }
      #expect(error?.reason.isEmpty == false)
    }
  }

  @Test func refusesWhatIsNoPicture() throws {
    func reason(_ bytes: [UInt8]) -> String? {
      #expect(throws: Picture.Problem.self) { try Picture(decoding: bytes) }?.reason
    }
    #expect(reason([]) == "the file is empty")
    #expect(reason(Array("GIF89a, not read".utf8)) == "the file is neither JPEG nor PNG")
    #expect(reason(Array(golden.cmyk)) == "its colors are CMYK; convert it to RGB")
    #expect(reason([0xff, 0xd8, 0xff, 0xe0]) != nil)
    #expect(reason([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) != nil)
  }

  private func expectSame(
    _ found: [UInt8], _ expected: [UInt8], _ tolerance: Int = 0, name: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard found.count == expected.count else {
      Issue.record("\(name): \(found.count) bytes for \(expected.count)", sourceLocation: sourceLocation)
      return
    }
    guard let place = found.indices.first(where: { abs(Int(found[$0]) - Int(expected[$0])) > tolerance }) else {
      return
    }
    Issue.record(
      "\(name): byte \(place) is \(found[place]), expected \(expected[place]) ± \(tolerance)",
      sourceLocation: sourceLocation)
  }
}
