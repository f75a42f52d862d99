import ConfigYAML
import Data
import Unlearning

/// A forget request as the file writes it; classes, attribute values and groups have the names of each data set.
struct NamedRequest {
  enum Kind {
    case classes([NamedValue])
    case groups([NamedGroups], ratio: Double, seed: Int)
    case request(ForgetRequest, seed: Int)
  }
  typealias NamedValue = (name: String, mark: Mark)
  /// Every class with every value of the attribute.
  typealias NamedGroups = (targets: [NamedValue], sensitive: [NamedValue])
  var kind: Kind
  var label: String
  var mark: Mark
  var drawsEachSeed = false

  /// The request for the data set of `source`; nil, and a report, if a name is unknown there.
  func entry(of source: any DatasetSource, _ diagnostics: Diagnostics) -> ForgetEntry? {
    switch kind {
    case .request(let request, let seed):
      let seed = if case .indices = request { nil as Int? } else { seed }
      return ForgetEntry(
        request: request, label: label, writtenLabel: label, mark: mark, seed: seed, drawsEachSeed: drawsEachSeed)
    case .classes(let names):
      guard let classes = Self.numbers(of: names, "class", "classes", among: source.classNames, diagnostics) else {
        return nil
      }
      return ForgetEntry(
        request: .classes(classes.sorted()),
        label: "class " + classes.map { source.classNames[$0] }.joined(separator: "+"), writtenLabel: label, mark: mark)
    case .groups(let groups, let ratio, let seed): return entry(of: source, groups, ratio, seed, diagnostics)
    }
  }

  private func entry(
    of source: any DatasetSource, _ groups: [NamedGroups], _ ratio: Double, _ seed: Int, _ diagnostics: Diagnostics
  ) -> ForgetEntry? {
    guard let attribute = source.attribute else {
      let name = type(of: source).card.name
      diagnostics.report("data set '\(name)' has no sensitive attribute, so it has no groups", at: mark)
      return nil
    }
    var found: [SampleGroup] = []
    var labels: [String] = []
    for (targets, values) in groups {
      guard
        let targets = Self.numbers(of: targets, "class", "classes", among: source.classNames, diagnostics),
        let values = Self.numbers(
          of: values, "value of '\(attribute.name)'", "values", among: attribute.valueNames, diagnostics)
      else { return nil }
      for target in targets {
        for value in values {
          let group = SampleGroup(target: target, sensitive: value)
          if found.contains(group) { diagnostics.report("a group is named twice", at: mark) }
          found.append(group)
        }
      }
      labels.append(
        [targets.map { source.classNames[$0] }, values.map { attribute.valueNames[$0] }]
          .map { $0.joined(separator: "+") }.joined(separator: "/"))
    }
    found.sort { ($0.target, $0.sensitive) < ($1.target, $1.sensitive) }
    let suffix = drawsEachSeed ? " seed each" : seed == 0 ? "" : " seed \(seed)"
    return ForgetEntry(
      request: .groups(found, ratio: ratio), label: "group \(labels.joined(separator: ", ")) \(ratio)\(suffix)",
      writtenLabel: label, mark: mark, seed: seed, drawsEachSeed: drawsEachSeed)
  }

  /// What `names` stand for, by name or by number; nil, and a report, where one stands for nothing.
  ///
  /// Where any known name is a number, a number is a name and nothing else.
  private static func numbers(
    of names: [NamedValue], _ what: String, _ plural: String, among known: [String], _ diagnostics: Diagnostics
  ) -> [Int]? {
    var numbers: [Int] = []
    let areNumbered = known.contains(where: isNumber)
    for (name, mark) in names {
      let byNumber = areNumbered ? nil : Int(name).flatMap { known.indices.contains($0) ? $0 : nil }
      guard let number = known.firstIndex(of: name) ?? byNumber else {
        let problem =
          Int(name) == nil || areNumbered
          ? unknownName(what, name, known: known)
          : "\(what) \(name) does not exist; \(plural) are 0 to \(known.count - 1)"
        diagnostics.report(problem, at: mark)
        return nil
      }
      if let first = numbers.firstIndex(of: number) {
        diagnostics.report("\(what) '\(name)' is named twice", at: mark.or(names[first].mark))
      }
      numbers.append(number)
    }
    return numbers
  }

  private static func isNumber(_ name: String) -> Bool {
    name.allSatisfy { "0123456789+-.".contains($0) } && Double(name) != nil
  }
}
