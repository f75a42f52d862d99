/// The kind of a step, a part of its key, its record and its progress line.
///
/// Each kind is declared next to the type of its body.
public struct StepKind: RawRepresentable, Hashable, Sendable, Codable {
  /// One lower-case word, as "train".
  public let rawValue: String

  /// The kind of this name.
  public init(rawValue: String) { self.rawValue = rawValue }
}
