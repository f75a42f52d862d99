import CCrypto

/// An algorithm that makes a digest of bytes, which may come in pieces.
///
/// A value: a copy goes on from where the original was.
public protocol MessageDigest: Sendable {
  /// The digest of no bytes so far.
  init()
  /// Appends `data` to what the digest is of.
  mutating func update(_ data: some Sequence<UInt8>)
  /// The digest of all bytes; to be called once.
  mutating func finalize() -> Digest
}

extension MessageDigest {
  /// The digest of `data`.
  public static func hash(_ data: some Sequence<UInt8>) -> Digest {
    var hash = Self()
    hash.update(data)
    return hash.finalize()
  }
}

/// SHA-256, 32 bytes.
///
/// - Source: NIST, FIPS 180-4, section 6.2; computed by the system's libcrypto.
public struct SHA256: MessageDigest {
  private var state = SHA256_CTX()

  /// Of no bytes so far.
  public init() { SHA256_Init(&state) }

  /// Appends `data`.
  public mutating func update(_ data: some Sequence<UInt8>) {
    withContiguousBytes(data) { _ = SHA256_Update(&state, $0.baseAddress, $0.count) }
  }

  /// The digest; to be called once.
  public mutating func finalize() -> Digest { Digest(count: 32) { _ = SHA256_Final($0, &state) } }
}

/// MD5, 16 bytes: no protection against intent, but what some sources of data publish.
///
/// - Source: RFC 1321; computed by the system's libcrypto.
public struct MD5: MessageDigest {
  private var state = MD5_CTX()

  /// Of no bytes so far.
  public init() { MD5_Init(&state) }

  /// Appends `data`.
  public mutating func update(_ data: some Sequence<UInt8>) {
    withContiguousBytes(data) { _ = MD5_Update(&state, $0.baseAddress, $0.count) }
  }

  /// The digest; to be called once.
  public mutating func finalize() -> Digest { Digest(count: 16) { _ = MD5_Final($0, &state) } }
}

/// The bytes of a finished digest.
public struct Digest: Hashable, Sendable {
  /// In the order in which digests are printed.
  public let bytes: [UInt8]

  /// `write` fills `count` bytes.
  init(count: Int, _ write: (UnsafeMutablePointer<UInt8>?) -> Void) {
    bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      write(buffer.baseAddress)
      initialized = count
    }
  }

  /// Two lower-case digits a byte.
  public var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// Calls `body` with the bytes of `data` where they are, or with a copy of those that lie in no one place.
private func withContiguousBytes(_ data: some Sequence<UInt8>, _ body: (UnsafeRawBufferPointer) -> Void) {
  let isDone: Void? = data.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) }
  if isDone == nil { Array(data).withUnsafeBytes(body) }
}
