import Data
import Foundation

/// The pictures below a folder, by part and class.
struct PictureTree: Sendable {
  /// Why the folder is not usable, as a message.
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
  /// Notes on unused files and folders, and on classes without pictures.
  let notes: [String]

  private static let validationNames = ["validation", "valid", "val"]
  private static let endings: Set<String> = ["jpg", "jpeg", "png"]

  /// Lists `folder`, and reads the file of groups if one is named.
  ///
  /// - Throws: `Problem`; `DataError` about the file of groups.
  init(_ folder: URL, attributes: String?, column: String, emptyGroup: String?) throws {
    let classNames = try Self.entries(of: folder.appendingPathComponent("train", isDirectory: true)).folders
    guard classNames.count >= 2 else {
      throw Problem(description: "\(folder.path)/train must have a folder for each of at least two classes")
    }
    let all = try Self.entries(of: folder)
    let validation = Self.validationNames.filter { all.folders.contains($0) }
    guard validation.count <= 1 else {
      throw Problem(
        description: "\(folder.path) has the folders \(validation.joined(separator: " and ")), and all of these names "
          + "mean validation; keep one")
    }
    let parts: [(name: String, part: PictureCollection.Part)] =
      [("train", .train)] + validation.map { ($0, .validation) } + [("test", .test)]
    var files: [File] = []
    var rest = UnusedEntries()
    rest.folders = all.folders.filter { name in !parts.contains { $0.name == name } }
    for (name, part) in parts {
      let place = folder.appendingPathComponent(name, isDirectory: true)
      let entries = try Self.entries(of: place)
      // Equal text may be encoded differently: "é" is one character, or "e" and an accent.
      if let twin = zip(entries.folders, entries.folders.dropFirst()).first(where: { $0 == $1 }) {
        throw Problem(
          description: "\(place.path) has two folders named '\(twin.0)', encoded differently (Unicode NFC and NFD); "
            + "put their pictures into one of them")
      }
      rest.add(outsideClasses: entries.files.count, in: name)
      var counts = [Int](repeating: 0, count: classNames.count)
      for found in entries.folders {
        guard let label = classNames.firstIndex(of: found) else {
          throw Problem(
            description: "\(place.path)/\(found) is no class, since \(folder.path)/train has no such folder")
        }
        let inside = place.appendingPathComponent(found, isDirectory: true)
        let members = try Self.entries(of: inside)
        for file in members.files {
          let url = inside.appendingPathComponent(file, isDirectory: false)
          let ending = url.pathExtension.lowercased()
          guard Self.endings.contains(ending) else {
            rest.add(ending: ending, in: "\(name)/\(found)")
            continue
          }
          files.append(File(url: url, path: "\(name)/\(found)/\(file)", label: label, part: part))
          counts[label] += 1
        }
        for deeper in members.folders {
          rest.add(deeper: inside.appendingPathComponent(deeper, isDirectory: true), at: "\(name)/\(found)/\(deeper)")
        }
      }
      guard counts.contains(where: { $0 > 0 }) else {
        throw Problem(description: "\(place.path) has no .jpg, .jpeg or .png files in its folders")
      }
      rest.add(emptyClasses: classNames.indices.filter { counts[$0] == 0 }.map { classNames[$0] }, in: name)
    }
    self.classNames = classNames
    self.files = files
    groups = try attributes.map {
      try PictureGroups(
        folder.appendingPathComponent($0, isDirectory: false), column: column, emptyName: emptyGroup, folder: folder,
        paths: files.map(\.path))
    }
    notes = rest.notes + (groups?.notes ?? [])
  }

  /// The names in a folder, in alphabetical order, without hidden ones.
  private static func entries(of folder: URL) throws(Problem) -> (files: [String], folders: [String]) {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      throw Problem(
        description: "\(folder.path) is not there or cannot be read; put train/<class>/ and test/<class>/ in the folder"
      )
    }
    var entries: (files: [String], folders: [String]) = ([], [])
    for name in names.filter({ !$0.hasPrefix(".") }).sorted() {
      var isFolder = ObjCBool(false)
      let path = folder.appendingPathComponent(name).path
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        entries.folders.append(name)
      } else {
        entries.files.append(name)
      }
    }
    return entries
  }
}

/// Counts of files and folders that are not used.
private struct UnusedEntries {
  /// Folders beside the parts.
  var folders: [String] = []
  private var outside: [String] = []
  private var endings: [String: Int] = [:]
  private var endingPlaces: [String: Int] = [:]
  private var deeper: [String] = []
  private var deeperCount = 0
  private var empty: [String] = []

  mutating func add(outsideClasses count: Int, in part: String) {
    if count > 0 { outside.append("\(count) in \(part)/") }
  }

  mutating func add(ending: String, in place: String) {
    endings[ending.isEmpty ? "no ending" : ".\(ending)", default: 0] += 1
    endingPlaces[place, default: 0] += 1
  }

  mutating func add(deeper folder: URL, at path: String) {
    let inside = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
    var count = 0
    while let file = inside?.nextObject() as? URL {
      if (try? file.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true { count += 1 }
    }
    // Nothing is lost with an empty folder.
    guard count > 0 else { return }
    deeper.append(path)
    deeperCount += count
  }

  mutating func add(emptyClasses names: [String], in part: String) {
    if !names.isEmpty { empty.append("in \(part)/: \(Self.list(names))") }
  }

  var notes: [String] {
    func counted(_ counts: [String: Int]) -> String {
      Self.list(counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" })
    }
    var notes: [String] = []
    if !endings.isEmpty {
      notes.append(
        "not used, since only .jpg, .jpeg and .png are read: \(endings.values.reduce(0, +)) files "
          + "(\(counted(endings)); by folder \(counted(endingPlaces)))")
    }
    if !deeper.isEmpty {
      notes.append("not used, since they lie in folders below a class: \(deeperCount) files in \(Self.list(deeper))")
    }
    if !outside.isEmpty { notes.append("not used, since they lie in no class: files, \(Self.list(outside))") }
    if !folders.isEmpty {
      notes.append("not used, since they are neither train, validation nor test: the folders \(Self.list(folders))")
    }
    if !empty.isEmpty { notes.append("classes without pictures \(empty.joined(separator: "; "))") }
    return notes
  }

  private static func list(_ items: [String]) -> String {
    (items.prefix(8) + (items.count > 8 ? ["and \(items.count - 8) more"] : [])).joined(separator: ", ")
  }
}
