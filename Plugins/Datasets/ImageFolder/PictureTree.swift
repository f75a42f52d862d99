import Data
import Foundation

/// The pictures below a folder, by part and class.
struct PictureTree: Sendable {
  /// What the folder lacks.
  struct Problem: Error, CustomStringConvertible { var description: String }

  struct File: Sendable {
    var url: URL
    /// Below the folder: "train/cat/1.jpg".
    var path: String
    var label: Int
    var part: PictureCollection.Part
  }

  let classNames: [String]
  let files: [File]
  let groups: PictureGroups?

  private static let parts: [(name: String, part: PictureCollection.Part)] = [
    ("train", .train), ("validation", .validation), ("test", .test),
  ]
  private static let endings: Set<String> = ["jpg", "jpeg", "png"]

  /// Lists `folder`, and reads the file of groups if one is named.
  ///
  /// - Throws: `Problem`; `DataError` about the file of groups.
  init(_ folder: URL, attributes: String?, column: String) throws {
    let classNames = try Self.folders(in: folder.appendingPathComponent("train", isDirectory: true))
    guard classNames.count >= 2 else {
      throw Problem(description: "\(folder.path)/train must have a folder for each of at least two classes")
    }
    var files: [File] = []
    for (name, part) in Self.parts {
      let place = folder.appendingPathComponent(name, isDirectory: true)
      if part == .validation && !FileManager.default.fileExists(atPath: place.path) { continue }
      var count = 0
      for found in try Self.folders(in: place) {
        guard let label = classNames.firstIndex(of: found) else {
          throw Problem(
            description: "\(place.path)/\(found) is no class, since \(folder.path)/train has no such folder")
        }
        for file in try Self.names(in: place.appendingPathComponent(found, isDirectory: true)) {
          let url = place.appendingPathComponent(found, isDirectory: true).appendingPathComponent(
            file, isDirectory: false)
          guard Self.endings.contains(url.pathExtension.lowercased()) else { continue }
          files.append(File(url: url, path: "\(name)/\(found)/\(file)", label: label, part: part))
          count += 1
        }
      }
      guard count > 0 else {
        throw Problem(description: "\(place.path) has no .jpg, .jpeg or .png files in its folders")
      }
    }
    self.classNames = classNames
    self.files = files
    groups = try attributes.map {
      try PictureGroups(folder.appendingPathComponent($0, isDirectory: false), column: column)
    }
  }

  private static func names(in folder: URL) throws(Problem) -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      throw Problem(
        description: "\(folder.path) is not there or cannot be read; put train/<class>/ and test/<class>/ in the folder"
      )
    }
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }

  private static func folders(in folder: URL) throws(Problem) -> [String] {
    try names(in: folder).filter { name in
      var isFolder = ObjCBool(false)
      let path = folder.appendingPathComponent(name).path
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
  }
}

/// The values of a sensitive attribute, by the pictures' paths.
struct PictureGroups: Sendable {
  let url: URL
  let attribute: SensitiveAttribute
  private let values: [String: Int]

  /// Reads the columns `file` and `column` of `url`.
  init(_ url: URL, column: String) throws(DataError) {
    let table = try CommaSeparatedTable(url, columns: ["file", column])
    let names = Set(table.rows.map { $0.values[1] }).sorted()
    var values: [String: Int] = [:]
    for row in table.rows {
      guard values.updateValue(try table.index(of: row, column: 1, among: names), forKey: row.values[0]) == nil else {
        throw .badLine(path: url.path, line: row.line, problem: "\(row.values[0]) is named twice")
      }
    }
    self.url = url
    self.values = values
    attribute = SensitiveAttribute(name: column, valueNames: names)
  }

  /// The value of the picture at `path`.
  func value(of path: String) throws(DataError) -> Int {
    guard let value = values[path] else {
      throw .badLine(path: url.path, line: 1, problem: "no row has the file '\(path)'")
    }
    return value
  }
}
