/// What a plugin is, for people and for cache keys.
public struct Card: Sendable, Hashable, Codable {
  /// The name in experiment files, kebab-case.
  public var name: String
  /// The full name.
  public var title: String
  /// What it does, in one sentence.
  public var summary: String
  /// Where it comes from.
  public var source: Source
  /// Part of every cache key: raise it when results change.
  public var version: Int
  /// The file that makes the card, as the compiler knows it; not encoded.
  ///
  /// The sources beside it are those of the plugin. Where they changed and the version did not, whoever reuses results is
  /// told.
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
