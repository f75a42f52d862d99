import Data
import Engine
import Foundation
public import Unlearning

/// Laws for every data set, on all of its images: `examples` keep them few.
public enum DatasetLaws {
  /// The laws that the data set violates with its defaults and with each of `examples`.
  public static func violations<D: DatasetSource>(of type: D.Type, examples: Examples = Examples()) throws
    -> [Violation]
  {
    let sources = try examples.plugins(D.self)
    return try sources.flatMap(violations)
      + ParameterLaw.violations(sources, examples) { parameters in
        let source = try D(parameters)
        return try Content(of: source.load(), pixels: true)
      }
  }

  /// What two loads of a data set are compared by.
  private struct Content: Equatable {
    struct Rows: Equatable {
      var labels: [Int]
      var sensitive: [Int]?
      var images: [[UInt8]]
      init(_ data: Dataset, pixels: Bool) {
        labels = data.labels
        sensitive = data.sensitiveValues
        images = pixels ? data.labels.indices.map(data.bytes) : []
      }
    }
    var classNames: [String]
    var imageShape: [Int]
    var attribute: SensitiveAttribute?
    var train: Rows
    var test: Rows
    var validation: Rows?

    init(of splits: DataSplits, pixels: Bool) {
      (classNames, imageShape) = (splits.train.classNames, splits.train.imageShape)
      attribute = splits.train.attribute
      (train, test) = (Rows(splits.train, pixels: pixels), Rows(splits.test, pixels: pixels))
      validation = splits.validation.map { Rows($0, pixels: pixels) }
    }
  }

  private static func violations<D: DatasetSource>(of source: D) throws -> [Violation] {
    let splits = try source.load()
    let content = Content(of: splits, pixels: true)
    var found: [Violation] = []
    if try Content(of: source.load(), pixels: true) != content {
      found.append(Violation(.isDeterministic, "two loads differ"))
    }
    if try Content(of: source.outline(), pixels: false) != Content(of: splits, pixels: false) {
      found.append(Violation(.outlineCountsData, "labels, groups or splits of outline and data differ"))
    }
    for data in [splits.train, splits.test] {
      if data.classNames != source.classNames || data.imageShape != source.imageShape
        || data.attribute != source.attribute
      {
        let given = "\(data.classNames), \(data.imageShape), \(data.attribute?.name ?? "no attribute")"
        found.append(Violation(.dataAreAsDeclared, "the data have \(given)"))
      }
      if !data.images(Array(data.labels.indices)).isFinite { found.append(Violation(.isFinite, "images are not")) }
    }
    let empty = splits.train.classSizes.enumerated().filter { $0.element == 0 }.map {
      splits.train.classNames[$0.offset]
    }
    if !empty.isEmpty { found.append(Violation(.everyClassHasSamples, "\(empty.joined(separator: ", ")) have none")) }
    let trained = Set(content.train.images + (content.validation?.images ?? []))
    let shared = content.test.images.count(where: trained.contains)
    if shared > 0 { found.append(Violation(.splitsAreDisjoint, "\(shared) test images are training images, too")) }
    return try found + files(of: source)
  }

  private static func files<D: DatasetSource>(of source: D) throws -> [Violation] {
    let files = try source.localFiles()
    if try source.localFiles() != files || source.layout() != source.layout() {
      return [Violation(.filesAreNamed, "two calls differ")]
    }
    if let missing = files.first(where: { !FileManager.default.fileExists(atPath: $0.path) }) {
      return [Violation(.filesAreNamed, "\(missing.path) is missing")]
    }
    if D.remoteFiles.isEmpty, D.gotByHand == nil, let file = files.first {
      return [Violation(.filesAreNamed, "nothing says where to get \(file.lastPathComponent)")]
    }
    return []
  }
}
