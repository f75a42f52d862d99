public import Foundation

/// The locations of the files of a data set: in the standard folder in the data root, or in the root itself.
public struct FileSet: Sendable {
  /// The data set's name in experiment files.
  public let dataset: String
  /// The name of the folder in the set's own archive.
  public let folder: String
  /// The names of its files, in fixed order.
  public let names: [String]
  /// Whether each file may also be in its published form, gzipped, with a name that ends in `.gz`.
  public let allowsGzip: Bool
  /// The address of the official source.
  public let source: String

  /// The files of a data set.
  public init(dataset: String, folder: String, names: [String], allowsGzip: Bool, source: String) {
    self.dataset = dataset
    self.folder = folder
    self.names = names
    self.allowsGzip = allowsGzip
    self.source = source
  }

  /// The files, in the order of `names`; all from the same folder, so that equally named files of different sets never
  /// mix.
  ///
  /// - Parameter root: See `DataRoot.resolve`.
  /// - Throws: `missingFiles`, with the expected paths.
  public func locate(root: String?) throws(DataError) -> [URL] {
    let root = DataRoot.resolve(root)
    let standard = root.appendingPathComponent(folder, isDirectory: true)
    var missing: [String] = []
    for place in [standard, root] {
      let found = names.map { file($0, in: place) }
      let urls = found.compactMap { $0 }
      if urls.count == names.count { return urls }
      // A folder that has some of the files is the one to complete.
      if missing.isEmpty || (missing.count == names.count && !urls.isEmpty) {
        missing = zip(names, found).filter { $0.1 == nil }.map { name, _ in
          place.appendingPathComponent(allowsGzip ? name + ".gz" : name).path
        }
      }
    }
    throw .missingFiles(dataset: dataset, paths: missing, source: source)
  }

  private func file(_ name: String, in place: URL) -> URL? {
    (allowsGzip ? [name, name + ".gz"] : [name])
      .map { place.appendingPathComponent($0, isDirectory: false) }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }
}
