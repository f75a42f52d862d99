/// Why an array of a file cannot be read.
///
/// Every description names the file, the array where there are several, and the byte, from 0, where one is known.
public enum ArrayFileError: Error, Sendable, Equatable {
  /// The file itself cannot be opened or read.
  case file(DataError)
  /// The file is neither npy nor npz nor safetensors.
  case unknownFormat(path: String)
  /// The file, or an array in it, contradicts its format.
  case damaged(place: String, offset: Int?, problem: String)
  /// The numbers of an array take more or fewer bytes than the file has for them.
  case wrongSize(place: String, shape: [Int], expected: Int, found: Int)
  /// The file is of a kind that is not read, such as pickled objects or text.
  case unsupported(place: String, problem: String)
  /// An array has more numbers than any audit needs.
  case tooLarge(place: String, shape: [Int])
  /// Two arrays have one name.
  case nameTwice(path: String, name: String)
  /// No array has the name; nil where none was given and there are several.
  case unknownArray(path: String, name: String?, known: [String])
  /// An array of integers is needed.
  case notIntegers(place: String, type: String)
}

extension ArrayFileError: CustomStringConvertible {
  /// A sentence for the user.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .unknownFormat(let path):
      "\(path): neither npy, npz nor safetensors; save it by numpy.save, numpy.savez or safetensors"
    case .damaged(let place, let offset, let problem):
      place + (offset.map { ": byte \($0)" } ?? "") + ": \(problem)"
    case .wrongSize(let place, let shape, let expected, let found):
      "\(place): an array of shape \(shape) takes \(expected) bytes, and the file has \(found); "
        + (found < expected ? "it is truncated" : "it has bytes that belong to nothing")
    case .unsupported(let place, let problem): "\(place): \(problem)"
    case .tooLarge(let place, let shape): "\(place): shape \(shape) has more than \(FileArray.mostNumbers) numbers"
    case .nameTwice(let path, let name): "\(path): two arrays are named '\(name)'"
    case .unknownArray(let path, let name, let known):
      "\(path): " + (name.map { "no array is named '\($0)'" } ?? "name one of its arrays by '{file: …, array: …}'")
        + "; it has " + (known.isEmpty ? "none" : known.prefix(20).joined(separator: ", "))
        + (known.count > 20 ? " and \(known.count - 20) more" : "")
    case .notIntegers(let place, let type): "\(place): expected integers, found numbers of type \(type)"
    }
  }
}
