/// What is wrong with data files, index lists or requests on a data set.
///
/// Every description names the file and place, what was expected and found, and what to do.
public enum DataError: Error, Sendable, Equatable {
  /// Files of a data set are not there: the paths where they belong and the official source they come from.
  case missingFiles(dataset: String, paths: [String], source: String)
  /// A directory or another thing that is no regular file stands where a file belongs.
  case notAFile(path: String)
  /// A file does not have the content that was `planned`, a SHA-256; nil where the file was not there at that time.
  case changed(path: String, planned: String?)
  /// The system refused to open or read a file.
  case unreadable(path: String, reason: String)
  /// A file holds no bytes at all.
  case emptyFile(path: String)
  /// A gzip file ends at byte `offset`, before its compressed data do.
  case truncatedGzip(path: String, offset: Int)
  /// A gzip file is damaged at or before byte `offset` of the compressed file.
  case damagedGzip(path: String, offset: Int, reason: String)
  /// A file, after decompression where it is compressed, does not have the `expected` number of bytes;
  /// `found` is nil when it has more, which were not counted.
  case wrongSize(path: String, expected: Int, found: Int?)
  /// The first four bytes are not those of the `expected` kind of file.
  case wrongMagic(path: String, expected: IDXKind, found: Int)
  /// A number of the header at byte `offset` is not the one that the data set has.
  case badHeader(path: String, offset: Int, field: String, expected: Int, found: Int)
  /// The label at byte `offset` (after decompression) is no class.
  case badLabel(path: String, offset: Int, label: Int, classCount: Int)
  /// A file's checksum is not the published one.
  case wrongChecksum(path: String, algorithm: String, expected: String, found: String)
  /// A line, counted from 1, of an index file is not one whole number ≥ 0.
  case badIndexLine(path: String, line: Int, text: String)
  /// More rows are wanted than a set has, or fewer than one.
  case subsetCount(set: String, wanted: Int, available: Int)
  /// A request names a class that the data set does not have.
  case unknownClass(Int, classCount: Int)
  /// A request names a class twice.
  case duplicateClass(Int)
  /// A request names a sample number that the training set does not hold; `available` are its rows.
  case unknownIndex(Int, available: Int)
  /// A request names a sample twice.
  case duplicateIndex(Int)
  /// A request names groups of a data set that has no sensitive attribute.
  case noAttribute(dataset: String)
  /// A request names a value that the attribute does not have.
  case unknownAttributeValue(Int, attribute: SensitiveAttribute)
  /// A request names a group twice.
  case duplicateGroup(SampleGroup)
  /// The share of groups to forget is not inside (0, 1].
  case badRatio(Double)
  /// A line of a text file, counted from 1, is not as it should be.
  case badLine(path: String, line: Int, problem: String)
  /// A line, counted from 1, of a file that the user has made is not as it should be; `problem` says what to do.
  case badOwnLine(path: String, line: Int, problem: String)
  /// Picture files that cannot be decoded.
  case badPictures([PictureProblem])
  /// Decoding pictures was ended early; those that were decoded are kept.
  case decodingInterrupted(done: Int, missing: Int)
  /// Decoded pictures cannot be written to a file or folder.
  case unwritable(path: String, reason: String)
  /// A fraction is not inside (0, 1).
  case badFraction(Double)
  /// A request asks for fewer than 0 or more samples than there are.
  case badCount(Int, available: Int)
  /// Nothing would be forgotten.
  case emptyForgetSet(ForgetRequest)
  /// Nothing would be retained.
  case emptyRetainSet(ForgetRequest)
  /// A validation set cannot be held out: it, or what is left to train on, would be empty, or there is one already.
  case badValidation(reason: String)
}

extension DataError {
  /// Whether the forget request or the share for validation is at fault, and not the files.
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
  /// The error as a sentence for the person who can mend it.
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
        ?? "this is no IDX file of bytes; \(Self.fetchAgain)"
      return "\(path): expected magic number \(expected.rawValue) (\(expected)) at byte 0, found \(found): \(hint)"
    case .badHeader(let path, let offset, let field, let expected, let found):
      return "\(path): the header's \(field) at byte \(offset) is \(found), expected \(expected); "
        + "check that this is the right file of the right data set, or fetch it again"
    case .badLabel(let path, let offset, let label, let classCount):
      return "\(path): the label at byte \(offset) is \(label), expected 0...\(classCount - 1); \(Self.fetchAgain)"
    case .wrongChecksum(let path, let algorithm, let expected, let found):
      return "\(path): \(algorithm) is \(found), published is \(expected); \(Self.fetchAgain)"
    case .badIndexLine(let path, let line, let text):
      return "\(path):\(line): expected one whole number ≥ 0, found \"\(text)\"; a comment begins with #"
    case .badLine(let path, let line, let problem):
      return "\(path):\(line): \(problem); \(Self.fetchAgain)"
    case .badOwnLine(let path, let line, let problem):
      return "\(path):\(line): \(problem)"
    case .decodingInterrupted(let done, let missing):
      return "interrupted after \(done) of \(missing) pictures, which are kept"
    case .badPictures(let problems):
      return "\(problems.count == 1 ? "this picture" : "\(problems.count) pictures") cannot be decoded:\n"
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
      return "\(set): \(wanted) rows wanted, 1...\(available) can be had"
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
      return "\(count) samples wanted, 1...\(available - 1) of \(available) can be had"
    case .emptyForgetSet(let request):
      return "the forget set of \(request) is empty; ask for at least one training sample"
    case .emptyRetainSet(let request):
      return "the retain set of \(request) is empty; leave at least one training sample to retain"
    case .badValidation(let reason):
      return "no validation set can be held out: \(reason)"
    default:
      return "unknown error"
    }
  }

  /// The first of `items`, each on a line of its own, and how many more there are.
  private static func lines(_ items: [String]) -> String {
    let shown = items.prefix(20).map { "  \($0)\n" }.joined()
    return items.count > 20 ? shown + "  and \(items.count - 20) more\n" : shown
  }

  private static let fetchAgain = "delete it and fetch it again"
}
