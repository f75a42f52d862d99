import Data
import Foundation

/// The two lists of CelebA, read together.
struct CelebAList {
  /// One picture.
  struct Row {
    var file: String
    /// The wanted attributes, 0 or 1.
    var values: [Int]
    /// 0 training, 1 validation, 2 test.
    var part: Int
  }

  /// The forty attributes, in the order of the published file.
  static let attributes = [
    "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald", "Bangs", "Big_Lips", "Big_Nose",
    "Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair", "Bushy_Eyebrows", "Chubby", "Double_Chin", "Eyeglasses",
    "Goatee", "Gray_Hair", "Heavy_Makeup", "High_Cheekbones", "Male", "Mouth_Slightly_Open", "Mustache",
    "Narrow_Eyes", "No_Beard", "Oval_Face", "Pale_Skin", "Pointy_Nose", "Receding_Hairline", "Rosy_Cheeks",
    "Sideburns", "Smiling", "Straight_Hair", "Wavy_Hair", "Wearing_Earrings", "Wearing_Hat", "Wearing_Lipstick",
    "Wearing_Necklace", "Wearing_Necktie", "Young",
  ]

  /// The pictures, in the order of the attribute file.
  private(set) var rows: [Row] = []

  /// The maximum length of a file in bytes.
  private static let largestFile = 128 << 20

  /// Reads `columns` of the attribute file (the number of pictures, the names of the attributes, then a picture a line
  /// with −1 or 1 for each) and each picture's part.
  ///
  /// - Throws: `badLine` with the first invalid line; other `DataError`s about the files themselves.
  init(attributes: URL, partition: URL, columns: [String]) throws(DataError) {
    var parts: [Substring: Int] = [:]
    for (number, line) in try TextLines.read(partition, limit: Self.largestFile).enumerated() where !line.isEmpty {
      let cells = line.split(separator: " ")
      guard cells.count == 2, let part = Int(cells[1]), (0...2).contains(part) else {
        throw Self.problem(partition, number, "expected a file's name and 0, 1 or 2, found '\(line)'")
      }
      guard parts.updateValue(part, forKey: cells[0]) == nil else {
        throw Self.problem(partition, number, "\(cells[0]) is named twice")
      }
    }
    let lines = try TextLines.read(attributes, limit: Self.largestFile)
    guard lines.count >= 2, let count = Int(lines[0].filter { $0 != " " }) else {
      throw Self.problem(attributes, 0, "expected the number of pictures, found '\(lines[0])'")
    }
    let header = lines[1].split(separator: " ")
    var places: [Int] = []
    for column in columns {
      guard let place = header.firstIndex(of: Substring(column)) else {
        throw Self.problem(attributes, 1, "the header has no attribute '\(column)'")
      }
      places.append(place)
    }
    for (number, line) in lines.enumerated().dropFirst(2) where !line.isEmpty {
      let cells = line.split(separator: " ")
      guard cells.count == header.count + 1 else {
        throw Self.problem(attributes, number, "expected a name and \(header.count) values, found \(cells.count)")
      }
      let values = places.compactMap { place in ["-1": 0, "1": 1][cells[place + 1]] }
      guard values.count == places.count else { throw Self.problem(attributes, number, "a value is neither -1 nor 1") }
      guard let part = parts[cells[0]] else {
        throw Self.problem(attributes, number, "\(cells[0]) is not in \(partition.lastPathComponent)")
      }
      rows.append(Row(file: String(cells[0]), values: values, part: part))
    }
    guard rows.count == count else {
      throw Self.problem(attributes, 0, "the first line says \(count) pictures, the file has \(rows.count)")
    }
    guard parts.count == count else {
      throw Self.problem(partition, 0, "it has \(parts.count) pictures, \(attributes.lastPathComponent) has \(count)")
    }
  }

  private static func problem(_ url: URL, _ number: Int, _ text: String) -> DataError {
    .badLine(path: url.path, line: number + 1, problem: text)
  }
}
