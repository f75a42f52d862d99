/// A file that can be downloaded, with its published size and checksums.
public struct RemoteFile: Sendable, Codable, Hashable {
  /// Its path in the data root: `mnist/train-images-idx3-ubyte.gz`.
  ///
  /// An archive (`isArchive`) is unpacked in its folder.
  public var name: String
  /// Its official source.
  public var url: String
  /// Its size in bytes, where published.
  public var size: Int?
  /// Its MD5 in lower-case hexadecimal, where published.
  public var md5: String?
  /// Its SHA-256 in lower-case hexadecimal, where known.
  public var sha256: String?

  /// A file; `nil` for unknown properties.
  public init(name: String, url: String, size: Int? = nil, md5: String? = nil, sha256: String? = nil) {
    self.name = name
    self.url = url
    self.size = size
    self.md5 = md5
    self.sha256 = sha256
  }

  /// Whether it is a compressed tar archive that contains the files.
  public var isArchive: Bool { name.hasSuffix(".tar.gz") }
}
