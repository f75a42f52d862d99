import Data
public import Engine
public import Foundation

/// A file of trained weights that a fresh model's body begins with, in the safetensors format and PyTorch's layout.
public struct InitialWeights: Sendable {
  /// The file.
  public let file: URL
  private let nameInFile: @Sendable (String) -> String
  private let head: String

  /// The weights at `path`, below the data root unless it begins with "/" or "~".
  ///
  /// - Parameters:
  ///   - head: The path of the file's own head, which is left out.
  ///   - nameInFile: What the file calls a tensor of the body.
  public init(path: String, head: String, nameInFile: @escaping @Sendable (String) -> String) {
    file = DataRoot.file(path)
    self.head = head
    self.nameInFile = nameInFile
  }

  /// The tensors for the body of models like `classifier`.
  ///
  /// - Throws: `WeightsError` with the file.
  public func body(of classifier: Classifier) throws(WeightsError) -> NamedTensors {
    let bytes: [UInt8]
    do throws(DataError) {
      bytes = try FileBytes.read(file)
    } catch {
      throw WeightsError(path: file.path, reason: "\(error)")
    }
    do throws(SafeTensorsError) {
      return try classifier.body(ofPyTorch: try SafeTensors(bytes), named: nameInFile, head: head)
    } catch {
      throw WeightsError(path: file.path, reason: "\(error)")
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
