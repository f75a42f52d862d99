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

/// The publication that a plugin follows.
public struct Source: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Family names.
  public var authors: String
  /// Venue and year.
  public var venue: String
  /// The arXiv number, "2506.20893".
  public var arXiv: String?
  /// Equation, algorithm or section that is followed, and what was read of it.
  public var place: String?

  /// A source.
  public init(authors: String, venue: String, arXiv: String? = nil, place: String? = nil) {
    self.authors = authors
    self.venue = venue
    self.arXiv = arXiv
    self.place = place
  }

  /// In one line: authors, venue, arXiv number, place.
  public var description: String {
    [authors, venue, arXiv.map { "arXiv:\($0)" }, place].compactMap { $0 }.joined(separator: ", ")
  }
}
