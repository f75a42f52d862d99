public import Foundation
import SystemErrors

/// A YAML text parsed as one document.
///
/// Refuses what could be unexpected or exhaust memory: texts over `maximumBytes`, too many or too deeply nested values,
/// a second document, duplicate keys, merge keys and tags.
public struct YAMLDocument: Sendable {
  /// The maximum size of a text: 1 MiB.
  public static let maximumBytes = 1_048_576
  /// The maximum number of aliases in a document.
  public static let maximumAliases = 10_000
  /// The maximum number of values in a document; each alias counts as all the values that it expands to.
  public static let maximumNodes = 100_000
  /// The maximum depth of nested sequences and mappings.
  public static let maximumDepth = 64

  /// The value of the document.
  public let root: Node
  /// The name of the file, as the user gave it.
  public let file: String
  /// The text of the document, without a byte order mark.
  public let text: String

  /// Parses `text`; throws all errors in it.
  public init(text: String, file: String) throws(DiagnosticList) {
    guard text.utf8.count <= Self.maximumBytes else { throw Self.tooLarge(file) }
    let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    let diagnostics = Diagnostics(file: file, text: text)
    let root = TreeBuilder.build(text, diagnostics: diagnostics)
    try diagnostics.throwIfAny()
    guard let root else { throw Self.failure(file, "the document cannot be read") }
    self.root = root
    self.file = file
    self.text = text
  }

  /// Parses the file at `url`; messages name it as given, relative or not.
  public init(contentsOf url: URL) throws(DiagnosticList) {
    let file = url.relativePath
    let bytes: [UInt8]
    do {
      let handle = try Self.open(url, file)
      bytes = Array(try handle.read(upToCount: Self.maximumBytes + 1) ?? Data())
    } catch let error as DiagnosticList {
      throw error
    } catch {
      throw Self.failure(file, "the file cannot be read: \(error.systemReason)")
    }
    guard bytes.count <= Self.maximumBytes else { throw Self.tooLarge(file) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.notUTF8(bytes, file) }
    try self.init(text: text, file: file)
  }

  /// Opens the regular file at `url`, or the target of a symbolic link.
  ///
  /// Nothing else is opened: reading a pipe or a socket would wait for a writer, and a device may have no end.
  private static func open(_ url: URL, _ file: String) throws(DiagnosticList) -> FileHandle {
    var status = stat()
    guard stat(url.path, &status) == 0 else {
      let reason = errno == ENOENT ? "no such file" : "the file cannot be read: \(String(cString: strerror(errno)))"
      throw failure(file, reason)
    }
    try requireFile(status, file)
    // The file may have been replaced by a pipe in the meantime, so opening must not block.
    let descriptor = Foundation.open(url.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw failure(file, "the file cannot be read: \(String(cString: strerror(errno)))")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard fstat(descriptor, &status) == 0 else { throw failure(file, "the file cannot be read") }
    try requireFile(status, file)
    return handle
  }

  private static func requireFile(_ status: stat, _ file: String) throws(DiagnosticList) {
    let found: String
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: found = "directory"
    case S_IFIFO: found = "pipe"
    case S_IFSOCK: found = "socket"
    default: found = "device"
    }
    throw failure(file, "expected a file, found a \(found)")
  }

  /// An empty collector for errors in this document.
  public func makeDiagnostics() -> Diagnostics { Diagnostics(file: file, text: text) }

  private static func failure(_ file: String, _ message: String) -> DiagnosticList {
    DiagnosticList([Diagnostic(file: file, message: message)])
  }

  private static func tooLarge(_ file: String) -> DiagnosticList {
    failure(file, "the document is larger than 1 MiB (\(maximumBytes) bytes)")
  }

  /// The error at the first byte that is not UTF-8.
  private static func notUTF8(_ bytes: [UInt8], _ file: String) -> DiagnosticList {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var valid = String.UnicodeScalarView()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { valid.append(scalar) }
    let source = SourceText(String(valid))
    let line = source.lines[source.lines.count - 1]
    let mark = Mark(line: source.lines.count, column: line.unicodeScalars.count + 1)
    let message = "the text is not UTF-8 from here on"
    return DiagnosticList([Diagnostic(file: file, mark: mark, message: message, sourceLine: line)])
  }
}
