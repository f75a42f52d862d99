import Data
public import Engine
public import Foundation

/// A file of pretrained weights that initializes a new model, in the safetensors format and PyTorch's layout.
public struct InitialWeights: Sendable {
  /// The path of the safetensors file.
  public let file: URL
  private let nameInFile: @Sendable (String) -> String
  private let heads: [String]
  /// Whether the head is loaded from the file as well as the body.
  public let keepsHead: Bool

  /// The weights at `path`, below the data root unless it begins with "/" or "~".
  ///
  /// - Parameters:
  ///   - path: The safetensors file.
  ///   - heads: Candidate paths of the head in the file; the first one present is used.
  ///   - keepsHead: Whether that head is loaded; else models get a randomly initialized one.
  ///   - nameInFile: Maps a tensor name of the body to that of the file; not used where the file has all names of the
  ///     model.
  public init(
    path: String, heads: [String], keepsHead: Bool = false, nameInFile: @escaping @Sendable (String) -> String
  ) {
    file = DataRoot.file(path)
    self.heads = heads + [Classifier.headPath]
    self.keepsHead = keepsHead
    self.nameInFile = nameInFile
  }

  /// Prefixes of tensor names in checkpoints of wrapped models: PyTorch's DataParallel and compiled models.
  private static let wrappers = ["module.", "_orig_mod."]

  private static func unwrapped(_ file: SafeTensors) -> SafeTensors {
    let names = Array(file.tensors.names) + file.integers.keys
    guard let wrapper = wrappers.first(where: { wrapper in names.allSatisfy { $0.hasPrefix(wrapper) } }) else {
      return file
    }
    func inner(_ name: String) -> String { String(name.dropFirst(wrapper.count)) }
    var result = SafeTensors()
    result.tensors = NamedTensors(names: file.tensors.names.map(inner), values: Array(file.tensors.values))
    result.integers = Dictionary(uniqueKeysWithValues: file.integers.map { (inner($0.key), $0.value) })
    return result
  }

  /// Checks that the file is large enough for the body of a model of `size`, before such a model is allocated.
  ///
  /// - Throws: `WeightsError` where the file has fewer than 4 bytes per parameter of the body.
  public func requireRoom(for size: ModelSize, classCount: Int) throws(WeightsError) {
    let (head, overflow) = classCount.multipliedReportingOverflow(by: size.features + 1)
    let body = size.parameters - (overflow ? 0 : min(head, size.parameters))
    guard let length = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize, length / 4 < body else { return }
    throw WeightsError(
      path: file.path,
      reason: "the file has \(length) bytes, too few for the \(body) parameters of the model's body; "
        + "load it into the architecture that it was saved from")
  }

  /// The tensors for models like `classifier`: of the body, and of the head where that is kept.
  ///
  /// - Throws: `WeightsError` with the file, also when a head that is kept has another number of classes.
  public func tensors(for classifier: Classifier) throws(WeightsError) -> NamedTensors {
    let bytes: [UInt8]
    do throws(DataError) {
      bytes = try FileBytes.read(file)
    } catch {
      throw WeightsError(path: file.path, reason: "\(error)")
    }
    do throws(SafeTensorsError) {
      let tensors = Self.unwrapped(try SafeTensors(bytes))
      let names = Set(tensors.tensors.names)
      let body = classifier.parameters.names.filter { !$0.hasPrefix(Classifier.headPath + ".") }
      let hasOwnNames = body.allSatisfy(names.contains)
      return try classifier.weights(
        ofPyTorch: tensors, named: hasOwnNames ? { $0 } : nameInFile,
        head: heads.first { names.contains($0 + ".weight") } ?? heads[0], keepsHead: keepsHead)
    } catch {
      let hint = keepsHead ? "; with 'head: new' the file's own head is left out" : ""
      throw WeightsError(path: file.path, reason: "\(error)\(hint)")
    }
  }
}

/// A weights file cannot be read, or does not fit the architecture.
public struct WeightsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path of the safetensors file.
  public let path: String
  /// The cause, without the path.
  public let reason: String

  /// File and reason.
  public var description: String { "weights of '\(path)': \(reason)" }
}
