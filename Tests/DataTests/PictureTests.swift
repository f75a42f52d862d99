import Foundation
import Testing

@testable import Data

/// Numbers from Pillow; see Tests/Golden/pictures/make.py.
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

  static func load() throws -> PictureGolden {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try JSONDecoder().decode(
      PictureGolden.self, from: Foundation.Data(contentsOf: tests.appending(path: "Golden/pictures/golden.json")))
  }
}

@Suite struct PictureTests {
  private let golden: PictureGolden
  init() throws { golden = try PictureGolden.load() }

  @Test(arguments: [
    "jpeg", "jpeg with halved colours and odd sides", "progressive jpeg", "grey jpeg", "png", "grey png",
    "png with transparency", "png with a palette",
  ])
  func decodesAsPillowDoes(name: String) throws {
    let expected = try #require(golden.decoded[name])
    let picture = try Picture(decoding: Array(expected.file))
    #expect(picture.height == expected.height && picture.width == expected.width)
    expectSame(picture.pixels, expected.pixels)
  }

  @Test func resizesAsPillowDoes() {
    let source = Picture(height: golden.resized.height, width: golden.resized.width, pixels: golden.resized.source)
    #expect(golden.resized.cases.count == 6)
    for expected in golden.resized.cases {
      expectSame(source.resized(height: expected.height, width: expected.width).pixels, expected.pixels)
    }
  }

  @Test func framesAsTorchvisionDoes() {
    for expected in golden.framed {
      let source = Picture(height: expected.height, width: expected.width, pixels: expected.source)
      let stored = Framing.center.framed(source, size: expected.size)
      #expect(stored.height == 32 && stored.width == 32)
      let rectangle = Picture.Rectangle(top: 2, left: 2, height: 28, width: 28)
      // Of the tall picture Pillow 13 takes the columns first.
      let tolerance = expected.height == 77 ? 1 : 0
      expectSame(stored.cropped(to: rectangle).pixels, expected.center, tolerance)
      expectSame(Framing.stretch.framed(source, size: expected.size).pixels, expected.stretch, tolerance)
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
    #expect(reason(Array(golden.cmyk)) == "its colours are CMYK; convert it to RGB")
    #expect(reason([0xff, 0xd8, 0xff, 0xe0]) != nil)
    #expect(reason([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) != nil)
  }

  private func expectSame(
    _ found: [UInt8], _ expected: [UInt8], _ tolerance: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard found.count == expected.count else {
      Issue.record("\(found.count) bytes for \(expected.count)", sourceLocation: sourceLocation)
      return
    }
    guard let place = found.indices.first(where: { abs(Int(found[$0]) - Int(expected[$0])) > tolerance }) else {
      return
    }
    Issue.record(
      "byte \(place) is \(found[place]), expected \(expected[place]) ± \(tolerance)", sourceLocation: sourceLocation)
  }
}
