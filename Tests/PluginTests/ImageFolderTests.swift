import Data
import Foundation
import ImageFolder
import Testing
import Unlearning

/// Folders and lists that people make by hand.
@Suite struct ImageFolderTests {
  /// A folder `mine` of pictures by path; it is removed when the test ends.
  private final class Folder: Sendable {
    let root = FileManager.default.temporaryDirectory.appending(path: "lacuna-folder-\(UUID().uuidString)")
    deinit { try? FileManager.default.removeItem(at: root) }

    func write(_ path: String, _ bytes: [UInt8]) throws {
      let url = root.appending(path: "mine/\(path)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Foundation.Data(bytes).write(to: url)
    }
  }

  private let folder = Folder()
  private static let paths = [
    "train/cat/0.png", "train/cat/1.png", "train/dog/0.png", "test/cat/0.png", "test/dog/0.png",
  ]

  private func source(
    _ paths: [String] = Self.paths, _ change: (inout ImageFolderSource) -> Void = { _ in }
  ) throws -> ImageFolderSource {
    for path in paths { try folder.write(path, [7]) }
    var parameters = ImageFolderSource()
    parameters.folder = "mine"
    parameters.root = folder.root.path
    change(&parameters)
    return try ImageFolderSource(parameters)
  }

  /// Swift compares texts by what is read, so that the pictures of both would be of the first class.
  @Test(arguments: ["train", "test"]) func classesThatDifferOnlyInTheirEncoding(part: String) throws {
    let names = ["caf\u{E9}", "cafe\u{301}"]
    let error = #expect(throws: ParameterError.self) {
      try source(Self.paths + ["train/\(names[0])/0.png"] + names.map { "\(part)/\($0)/0.png" })
    }
    #expect(error?.description.contains("/\(part) has two folders named 'caf\u{E9}', encoded differently") == true)
    #expect("\(try #require(error))".contains("Unicode NFC and NFD"))
  }

  // MARK: What is not used

  @Test func nothingIsLeftOutSilently() throws {
    #expect(try source().notes == [])
    let others = [
      "train/emu/0.webp", "train/emu/1.webp", "train/emu/2.bmp", "train/cat/LICENSE", "train/nested/2023/0.png",
      "train/nested/2023/deep/1.png", "train/stray.png", "extra/a.png", "train/cat/.hidden", "test/emu/0.webp",
    ]
    for place in ["train/cat/empty", "train/nested/void/deep"] {
      try FileManager.default.createDirectory(
        at: folder.root.appending(path: "mine/\(place)"), withIntermediateDirectories: true)
    }
    let found = try source(Self.paths + others)
    #expect(found.classNames == ["cat", "dog", "emu", "nested"])
    #expect(
      found.notes == [
        "not used, since only .jpg, .jpeg and .png are read: 5 files (3 .webp, 1 .bmp, 1 no ending; by folder "
          + "3 train/emu, 1 test/emu, 1 train/cat)",
        "not used, since they lie in folders below a class: 2 files in train/nested/2023",
        "not used, since they lie in no class: files, 1 in train/",
        "not used, since they are neither train, validation nor test: the folders extra",
        "classes without pictures in train/: emu, nested; in test/: emu, nested",
      ])
  }

  @Test func countsOfPlansAreWithoutFilesThatAreNoPictures() throws {
    let pictures = ["train/cat/2.png", "train/dog/2.jpg", "test/dog/1.png"]
    for choice in BadPictureChoice.allCases {
      let source = try source(Self.paths + pictures) { $0.onBadPicture = choice }
      // Only these begin as pictures do; the last one is damaged all the same.
      try folder.write("train/cat/2.png", [0x89, 0x50, 0x4e, 0x47])
      try folder.write("train/dog/2.jpg", [0xff, 0xd8, 0xff, 0xe0])
      try folder.write("test/dog/1.png", [0x89, 0x50, 0x4e, 0x47])
      let outline = try source.outline()
      #expect(outline.train.classSizes == (choice == .skip ? [1, 1] : [3, 2]))
      #expect(outline.test.classSizes == (choice == .skip ? [0, 1] : [1, 2]))
    }
  }

  @Test(arguments: ["val", "valid", "validation"]) func allNamesOfValidationAreValidation(name: String) throws {
    let source = try source(Self.paths + ["\(name)/dog/0.png"])
    let collection = try source.collection()
    #expect(collection.validation.count == 1 && collection.train.count == 3 && collection.test.count == 2)
    #expect(try source.layout().contains("\(name)/dog/0.png"))
    #expect(source.notes == ["classes without pictures in \(name)/: cat"])
    let other = name == "val" ? "valid" : "val"
    let error = #expect(throws: ParameterError.self) { try self.source(["\(other)/dog/0.png"]) }
    #expect(error?.description.contains("all of these names mean validation; keep one") == true)
  }

  // MARK: Lists of groups

  private func list(
    _ bytes: [UInt8], column: String = "group", emptyGroup: String? = nil
  ) throws -> ImageFolderSource {
    try folder.write("list.csv", bytes)
    return try source { parameters in
      parameters.attributes = "list.csv"
      parameters.sensitive = column
      parameters.emptyGroup = emptyGroup
    }
  }

  private static let values = ["dark", "light", "dark", "light", "dark"]
  private static let plain =
    "file,group\n" + zip(paths, values).map { "\($0),\($1)\n" }.joined()

  private static let withTexts = plain.replacing(",", with: ",\"a, \"\"b\"\"\nc\",")
    .replacing("file,\"a, \"\"b\"\"\nc\"", with: "file,note")

  /// The same list as programs and people write it.
  private static let spellings: [(String, [UInt8])] = [
    ("plain", Array(plain.utf8)), ("no last line end", Array(plain.utf8.dropLast())),
    ("semicolons", Array(plain.replacing(",", with: ";").utf8)),
    ("tabs", Array(plain.replacing(",", with: "\t").utf8)),
    ("blanks", Array(plain.replacing(",", with: " , ").replacing("\n", with: " \n").utf8)),
    ("Windows", Array(plain.replacing("\n", with: "\r\n").utf8)),
    ("old Macintosh", Array(plain.replacing("\n", with: "\r").utf8)),
    ("UTF-8 with a mark", [0xef, 0xbb, 0xbf] + Array(plain.utf8)),
    ("UTF-16, little", [0xff, 0xfe] + plain.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
    ("UTF-16, big", [0xfe, 0xff] + plain.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }),
    ("backslashes", Array(plain.replacing("/", with: "\\").utf8)),
    ("./", Array(plain.replacing("\ntrain", with: "\n./train").utf8)),
    ("a spreadsheet's numbers", Array(("," + plain.replacing("\n", with: "\n9,").dropLast(2)).utf8)),
    ("quotes", Array(plain.replacing("dark", with: "\"dark\"").utf8)),
    ("empty rows", Array((plain + "\n,\n").utf8)),
    ("a column of texts", Array(withTexts.utf8)),
  ]

  @Test(arguments: spellings.indices) func spellingsMeanTheSame(number: Int) throws {
    let (name, bytes) = Self.spellings[number]
    let source = try list(bytes)
    #expect(source.attribute == SensitiveAttribute(name: "group", valueNames: ["dark", "light"]), "\(name)")
    #expect(try source.collection().sensitive == [0, 1, 0, 1, 0], "\(name)")
    #expect(source.notes == [], "\(name)")
  }

  private static let latin = Array("file,group\ntrain/cat/0.png,d".utf8) + [0xe4] + Array("rk\n".utf8)

  /// An error in the list, and its message after the list's path.
  private static let broken: [([UInt8], String)] = [
    (latin, ":2: this row is not UTF-8, but perhaps Latin-1 or Windows-1252; save the file as CSV in UTF-8"),
    (Array(plain.utf8) + [0], ":1: the file is not text, since it contains zero bytes; save the file as CSV in UTF-8"),
    ([0xff, 0xfe, 0x41], ":1: the file is truncated UTF-16; save the file as CSV in UTF-8"),
    (
      Array(plain.replacing("file,", with: "File,").utf8),
      ":1: the header has no column 'file', it has 'File', 'group'; rename the columns, and separate "
        + "them with commas, semicolons or tabs"
    ),
    (Array("file,group,group\n".utf8), ":1: two columns are named 'group'; rename one"),
    (Array("file,group\n".utf8), ":2: the file has no rows; write one for each picture"),
    (
      Array(plain.replacing("1.png,light", with: "1.png,light,2").utf8),
      ":3: the row has 3 values and the header 2; put values with separators in double quotes"
    ),
    (
      Array(plain.replacing("dog/0.png,dark\ntest", with: "dog/0.png,\ntest").utf8),
      ":4: the value of 'group' is empty; fill it in, or name such rows' group with `empty_group:`"
    ),
    (
      Array((plain + "./train\\cat/0.png,light\n").utf8),
      ":7: 'train/cat/0.png' is in line 2 already; keep one of the two rows"
    ),
    (
      Array(plain.replacing("test/cat/0.png,light\n", with: "").utf8),
      ":6: 1 picture has no row: 'test/cat/0.png'; add a row for each, with its path below "
    ),
    (
      Array(plain.replacing("1.png,light", with: "1.png,\"light").utf8),
      ":3: a double quote is opened and never closed; close it"
    ),
  ]

  @Test(arguments: broken.indices) func whatCannotBeUsedIsNamedWithItsRowAndCure(number: Int) throws {
    let (bytes, expected) = Self.broken[number]
    let error = #expect(throws: ParameterError.self) { try list(bytes) }
    let text = try #require(error).description
    #expect(text.contains("list.csv\(expected)"), "\(text)")
    #expect(!text.contains("fetch it again"))
  }

  @Test func emptyValuesMayBeAGroup() throws {
    let text = Self.plain.replacing("dark", with: "")
    let source = try list(Array(text.utf8), emptyGroup: "unknown")
    #expect(source.attribute?.valueNames == ["light", "unknown"])
    #expect(try source.collection().sensitive == [1, 0, 1, 0, 1])
  }

  @Test(arguments: ["NA", "n/a", "NaN", "null", "?"]) func wordsForNothingAreNamed(word: String) throws {
    let source = try list(Array(Self.plain.replacing("light", with: word).utf8))
    #expect(source.attribute?.valueNames.contains(word) == true)
    try #require(source.notes.count == 1)
    #expect(source.notes[0].hasPrefix("list.csv: the value '\(word)' of 2 rows is a group like any other"))
    // Where empty values are that group, its name is as wished.
    let named = try list(Array(Self.plain.replacing("light", with: "").utf8), emptyGroup: word)
    #expect(named.notes.isEmpty)
  }

  @Test func rowsWithoutPicturesAndLikeValuesAreNamed() throws {
    let source = try list(Array((Self.plain + "train/cat/9.png,Dark\n").utf8))
    #expect(
      source.notes == [
        "list.csv: 1 row names no picture that is used: line 7 'train/cat/9.png'",
        "list.csv: the values 'Dark', 'dark' differ only in upper and lower case, and are groups of their own",
      ])
  }
}
