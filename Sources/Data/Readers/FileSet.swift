public import Foundation

/// Where the files of one data set lie: in the standard folder below the data root, or in the root itself.
public struct FileSet: Sendable {
  /// The data set's name, as experiment files write it.
  public let dataset: String
  /// The name that the set's own archive gives to its folder.
  public let folder: String
  /// The names of its files, in fixed order.
  public let names: [String]
  /// Whether each file may also lie there as it was published, gzipped, its name ending in `.gz`.
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

  /// The files, in the order of `names`; all from the same folder, so that sets with files of like names never mix.
  ///
  /// - Parameter root: see `DataRoot.resolve`.
  /// - Throws: `missingFiles`, with the paths where the files belong.
  public func locate(root: String?) throws(DataError) -> [URL] {
    let root = DataRoot.resolve(root)
    let standard = root.appendingPathComponent(folder, isDirectory: true)
    var missing: [String] = []
    for place in [standard, root] {
      let found = names.map { file($0, in: place) }
      let urls = found.compactMap { $0 }
      if urls.count == names.count { return urls }
      // The folder where some of the files are is the one to complete.
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
