import Digests
import Foundation
import Testing

@Suite("digests")
struct DigestsTests {
  @Test(
    "SHA-256 of the standard's examples (FIPS 180-4, NIST's CSRC)",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func sha256(text: String, expected: String) {
    #expect(SHA256.hash(text.utf8).hexadecimal == expected)
  }

  @Test(
    "MD5 of the examples of RFC 1321",
    arguments: [
      ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
      ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
    ])
  func md5(text: String, expected: String) {
    #expect(MD5.hash(text.utf8).hexadecimal == expected)
  }

  @Test("pieces of any kind and size make the digest of the whole")
  func pieces() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var hash = SHA256()
    hash.update([])
    hash.update(bytes[..<63])
    hash.update(Data(bytes[63..<130]))
    hash.update(bytes[130...].lazy.map { $0 })
    #expect(hash.finalize() == SHA256.hash(bytes))
    #expect(SHA256.hash(bytes.dropLast()) != SHA256.hash(bytes))
  }

  @Test("a copy goes on by itself")
  func copies() {
    var first = SHA256()
    first.update("ab".utf8)
    var second = first
    second.update("x".utf8)
    first.update("c".utf8)
    #expect(first.finalize() == SHA256.hash("abc".utf8))
    #expect(second.finalize() == SHA256.hash("abx".utf8))
  }
}
