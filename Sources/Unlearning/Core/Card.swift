/// The identity of a plugin: name, documentation, source and version.
public struct Card: Sendable, Hashable, Codable {
  /// The name in experiment files, kebab-case.
  public var name: String
  /// The full name.
  public var title: String
  /// A one-sentence description.
  public var summary: String
  /// The publication or code that the plugin follows.
  public var source: Source
  /// Part of every cache key: raise it when results change.
  public var version: Int
  /// The source file of the card (`#filePath`); not encoded.
  ///
  /// The files in the same folder are the plugin's code. Where they changed and `version` did not, reusing stored
  /// results prints a warning.
  public var sourceFile: String?

  private enum CodingKeys: String, CodingKey { case name, title, summary, source, version }

  /// A card; `version` starts at 1, and the compiler fills in `sourceFile`.
  public init(
    name: String, title: String, summary: String, source: Source, version: Int = 1, sourceFile: String? = #filePath
  ) {
    self.sourceFile = sourceFile
    self.name = name
    self.title = title
    self.summary = summary
    self.source = source
    self.version = version
  }
}
