import Digests

/// The name of a step's result: the SHA-256 of everything that the result depends on.
public struct StepKey: Hashable, Sendable {
  /// 64 lower-case hexadecimal digits.
  public let hex: String

  /// The SHA-256 of a text; equal steps have equal texts.
  public init(canonicalText: String) { hex = sha256Hex(Array(canonicalText.utf8)) }

  /// The key with these digits; nil unless they are 64 lower-case hexadecimal ones.
  public init?(hex: String) {
    guard hex.utf8.count == 64, hex.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
      return nil
    }
    self.hex = hex
  }

  /// The first 12 digits, for display.
  public var short: String { String(hex.prefix(12)) }
}

extension StepKey: CustomStringConvertible {
  /// All 64 digits.
  public var description: String { hex }
}

extension StepKey: Comparable {
  /// By the digits.
  public static func < (left: StepKey, right: StepKey) -> Bool { left.hex < right.hex }
}

extension StepKey: Codable {
  /// Reads the 64 digits as one text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let key = StepKey(hex: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no key of 64 hex digits")
    }
    self = key
  }

  /// Writes the 64 digits as one text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}

/// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
func sha256Hex(_ bytes: [UInt8]) -> String { SHA256.hash(bytes).hexadecimal }
