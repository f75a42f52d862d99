/// Errors of data files, index lists and requests on a data set.
///
/// Every description names the file and position, what was expected and found, and what to do.
public enum DataError: Error, Sendable, Equatable {
  /// Files of a data set are missing: their expected paths, and their official source.
  case missingFiles(dataset: String, paths: [String], source: String)
  /// The path is a directory or special file instead of a regular file.
  case notAFile(path: String)
  /// A file does not have the content that was `planned`, a SHA-256; nil if the file did not exist at that time.
  case changed(path: String, planned: String?)
  /// The system refused to open or read a file.
  case unreadable(path: String, reason: String)
  /// A file is empty.
  case emptyFile(path: String)
  /// A gzip file ends at byte `offset`, before the end of its compressed data.
  case truncatedGzip(path: String, offset: Int)
  /// A gzip file is damaged at or before byte `offset` of the compressed file.
  case damagedGzip(path: String, offset: Int, reason: String)
  /// A file, decompressed if necessary, does not have the `expected` number of bytes; `found` is nil if it has more,
  /// which were not counted.
  case wrongSize(path: String, expected: Int, found: Int?)
  /// The first four bytes are not the magic number of the `expected` kind of file.
  case wrongMagic(path: String, expected: IDXKind, found: Int)
  /// A number of the header at byte `offset` does not match the data set.
  case badHeader(path: String, offset: Int, field: String, expected: Int, found: Int)
  /// The label at byte `offset` (after decompression) is not a class.
  case badLabel(path: String, offset: Int, label: Int, classCount: Int)
  /// A file's checksum differs from the published one.
  case wrongChecksum(path: String, algorithm: String, expected: String, found: String)
  /// A line, counted from 1, of an index file is not a single integer ≥ 0.
  case badIndexLine(path: String, line: Int, text: String)
  /// More rows were requested than a set has, or fewer than one.
  case subsetCount(set: String, wanted: Int, available: Int)
  /// A request names a class that the data set does not have.
  case unknownClass(Int, classCount: Int)
  /// A request names a class twice.
  case duplicateClass(Int)
  /// A request names a sample number that is not in the training set, which has `available` rows.
  case unknownIndex(Int, available: Int)
  /// A request names a sample twice.
  case duplicateIndex(Int)
  /// A request names groups of a data set that has no sensitive attribute.
  case noAttribute(dataset: String)
  /// A request names a value that the attribute does not have.
  case unknownAttributeValue(Int, attribute: SensitiveAttribute)
  /// A request names a group twice.
  case duplicateGroup(SampleGroup)
  /// The ratio of groups to forget is not in (0, 1].
  case badRatio(Double)
  /// A line of a text file, counted from 1, is malformed.
  case badLine(path: String, line: Int, problem: String)
  /// A line, counted from 1, of a file made by the user is malformed; `problem` says what to do.
  case badOwnLine(path: String, line: Int, problem: String)
  /// Picture files that could not be read or decoded.
  case badPictures([PictureProblem])
  /// Decoding was interrupted; the pictures decoded so far are kept.
  case decodingInterrupted(done: Int, missing: Int)
  /// Decoded pictures could not be written to a file or folder.
  case unwritable(path: String, reason: String)
  /// A fraction is not in (0, 1).
  case badFraction(Double)
  /// The number of requested samples is negative or larger than the number available.
  case badCount(Int, available: Int)
  /// The forget set would be empty.
  case emptyForgetSet(ForgetRequest)
  /// The retain set would be empty.
  case emptyRetainSet(ForgetRequest)
  /// A validation set cannot be held out: it or the remaining training set would be empty, or there already is one.
  case badValidation(reason: String)
}

extension DataError {
  /// Whether the cause is the forget request or the validation fraction rather than the files.
  public var isAboutRequest: Bool {
    switch self {
    case .unknownClass, .duplicateClass, .unknownIndex, .duplicateIndex, .noAttribute, .unknownAttributeValue,
      .duplicateGroup, .badRatio, .badFraction, .badCount, .emptyForgetSet, .emptyRetainSet, .badValidation:
      true
    default: false
    }
  }
}

extension DataError: CustomStringConvertible {
  /// A sentence for the user, with what to do about the error.
  public var description: String {
    switch self {
    case .missingFiles(let dataset, let paths, let source):
      return "data set \(dataset): \(paths.count == 1 ? "this file is" : "these files are") missing:\n"
        + Self.lines(paths)
        + "official source: \(source)\n"
        + "put them there by hand, name another folder with `root:` or $LACUNA_DATA, "
        + "or run `runner data fetch \(dataset)`"
    case .notAFile(let path):
      return "\(path): a regular file belongs here, found a directory or special file; move it away"
    case .changed(let path, let planned):
      let (event, digest) = planned.map { ("changed", " (its SHA-256 was \($0.prefix(12))…)") } ?? ("added", "")
      return "\(path): the file was \(event) after the experiment was planned\(digest); run it again when no program "
        + "writes the data"
    case .unreadable(let path, let reason):
      return "\(path): cannot be read: \(reason); check that it exists and may be read"
    case .emptyFile(let path):
      return "\(path): the file is empty (0 bytes); \(Self.fetchAgain)"
    case .truncatedGzip(let path, let offset):
      return "\(path): the file ends at byte \(offset), in the middle of its gzip data; \(Self.fetchAgain)"
    case .damagedGzip(let path, let offset, let reason):
      return "\(path): the gzip data are damaged at or before byte \(offset): \(reason); \(Self.fetchAgain)"
    case .wrongSize(let path, let expected, let found):
      return "\(path): expected \(expected) bytes of data, found \(found.map { "\($0)" } ?? "more"); \(Self.fetchAgain)"
    case .wrongMagic(let path, let expected, let found):
      let hint =
        IDXKind(rawValue: found).map { "this is a file of \($0); were two files swapped?" }
        ?? "this is not an IDX file of bytes; \(Self.fetchAgain)"
      return "\(path): expected magic number \(expected.rawValue) (\(expected)) at byte 0, found \(found): \(hint)"
    case .badHeader(let path, let offset, let field, let expected, let found):
      return "\(path): the header's \(field) at byte \(offset) is \(found), expected \(expected); "
        + "check that this is the right file of the right data set, or fetch it again"
    case .badLabel(let path, let offset, let label, let classCount):
      return "\(path): the label at byte \(offset) is \(label), expected 0...\(classCount - 1); \(Self.fetchAgain)"
    case .wrongChecksum(let path, let algorithm, let expected, let found):
      return "\(path): \(algorithm) is \(found), expected \(expected) as published; \(Self.fetchAgain)"
    case .badIndexLine(let path, let line, let text):
      return "\(path):\(line): expected one integer ≥ 0, found \"\(text)\"; comments start with #"
    case .badLine(let path, let line, let problem):
      return "\(path):\(line): \(problem); \(Self.fetchAgain)"
    case .badOwnLine(let path, let line, let problem):
      return "\(path):\(line): \(problem)"
    case .decodingInterrupted(let done, let missing):
      return "interrupted after \(done) of \(missing) pictures, which are kept"
    case .badPictures(let problems):
      return "\(problems.count == 1 ? "1 picture" : "\(problems.count) pictures") cannot be decoded:\n"
        + Self.lines(problems.map { "\($0.path): \($0.reason)" })
        + "replace them, or leave them out with `on_bad_picture: skip`"
    case .unwritable(let path, let reason):
      return "\(path): cannot be written: \(reason); make room, or name another folder for decoded pictures with "
        + "`cache:` or $LACUNA_CACHE"
    default:
      return requestDescription
    }
  }

  private var requestDescription: String {
    switch self {
    case .subsetCount(let set, let wanted, let available):
      return "\(set): \(wanted) rows requested, expected 1...\(available)"
    case .unknownClass(let label, let classCount):
      return "class \(label) does not exist; classes are 0...\(classCount - 1)"
    case .duplicateClass(let label):
      return "class \(label) is named twice; name it once"
    case .unknownIndex(let index, let available):
      return "sample \(index) is not among the \(available) training samples in use; numbers count from 0 in the order "
        + "of the data set's files, and samples outside a subset or held out for validation cannot be named"
    case .duplicateIndex(let index):
      return "sample \(index) is named twice; name it once"
    case .noAttribute(let dataset):
      return "data set \(dataset) has no sensitive attribute, so it has no groups"
    case .unknownAttributeValue(let value, let attribute):
      return "\(attribute.name) has no value \(value); values are 0...\(attribute.valueNames.count - 1)"
    case .duplicateGroup(let group):
      return "the group of class \(group.target) and value \(group.sensitive) is named twice; name it once"
    case .badRatio(let ratio):
      return "ratio \(ratio) is not in (0, 1]"
    case .badFraction(let fraction):
      return "fraction \(fraction) is not between 0 and 1 (both excluded)"
    case .badCount(let count, let available):
      return "\(count) samples requested, expected 1...\(available - 1) of \(available)"
    case .emptyForgetSet(let request):
      return "the forget set\(Self.of(request)) is empty; ask for at least one training sample"
    case .emptyRetainSet(let request):
      return "the retain set\(Self.of(request)) is empty; leave at least one training sample to retain"
    case .badValidation(let reason):
      return "no validation set can be held out: \(reason)"
    default:
      return "unknown error"
    }
  }

  /// " of 100 samples"; nothing for classes and groups, whose names only the label of the request has.
  private static func of(_ request: ForgetRequest) -> String {
    switch request {
    case .classes, .groups: ""
    case .fraction, .count, .indices: " of \(request)"
    }
  }

  /// The first 20 of `items`, one per line, and the number of the others.
  private static func lines(_ items: [String]) -> String {
    let shown = items.prefix(20).map { "  \($0)\n" }.joined()
    return items.count > 20 ? shown + "  and \(items.count - 20) more\n" : shown
  }

  private static let fetchAgain = "delete it and fetch it again"
}
