import Data
public import Engine
public import Foundation

/// A file of trained weights that a fresh model begins with, in the safetensors format and PyTorch's layout.
public struct InitialWeights: Sendable {
  /// The file.
  public let file: URL
  private let nameInFile: @Sendable (String) -> String
  private let heads: [String]
  /// Whether the file's head is taken, too, and not only its body.
  public let keepsHead: Bool

  /// The weights at `path`, below the data root unless it begins with "/" or "~".
  ///
  /// - Parameters:
  ///   - path: The safetensors file.
  ///   - heads: The paths that a file's own head may have; the first that the file has counts.
  ///   - keepsHead: Whether that head is taken; else models have a new one.
  ///   - nameInFile: What the file calls a tensor of the body, unless it has all of a model's own names.
  public init(
    path: String, heads: [String], keepsHead: Bool = false, nameInFile: @escaping @Sendable (String) -> String
  ) {
    file = DataRoot.file(path)
    self.heads = heads + [Classifier.headPath]
    self.keepsHead = keepsHead
    self.nameInFile = nameInFile
  }

  /// Prefixes of every name when a model was saved inside another: those of PyTorch's parallel and compiled models.
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

  /// Compares the length of the file with what the body of a model of `size` takes, before such a model is made.
  ///
  /// - Throws: `WeightsError` where the file is shorter than 4 bytes a parameter of the body.
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

/// A file of weights cannot be read, or is not that of the architecture.
public struct WeightsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What is wrong with it.
  public let reason: String

  /// File and reason.
  public var description: String { "weights of '\(path)': \(reason)" }
}
