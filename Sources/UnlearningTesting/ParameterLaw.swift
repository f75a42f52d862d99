import JSON
public import Unlearning

/// The law that no parameter is dead: each, changed to another valid value, changes the result on a small problem, or is
/// declared inert there with a reason.
///
/// A parameter that acts only beside a certain value of another one, such as the momentum beside one optimizer, is found by
/// an example that has this value. Those of a `TrainingRecipe` have such examples already. A parameter that says where files
/// lie (`ParameterField.isLocation`) is not tried.
public enum ParameterLaw {
  /// The parameters of `examples` that change nothing, and those declared inert that change something.
  ///
  /// - Parameters:
  ///   - examples: The parameters to change; the first ones are tried first.
  ///   - declared: What is known of single parameters.
  ///   - result: What parameters lead to, such as a model. Values for which it throws are passed over.
  public static func violations<Values: ParameterSet, Result: Equatable>(
    _ examples: [Values], _ declared: Examples = Examples(), result: (Values) throws -> Result
  ) -> [Violation] {
    let starts = examples.flatMap { example in recipes(of: Values.self).compactMap { try? example.with($0) } }
    var results: [Int: Result] = [:]
    func acts(_ field: ParameterField) -> Bool {
      starts.enumerated().contains { place, start in
        if results[place] == nil { results[place] = try? result(start) }
        guard let before = results[place] else { return false }
        return others(for: field, in: start, declared.values[field.name]).contains { value in
          guard let changed = try? start.with([field.name: value]), let after = try? result(changed) else {
            return false
          }
          return after != before
        }
      }
    }
    var found: [Violation] = []
    for field in Values.fields where !field.isLocation {
      switch (acts(field), declared.inert[field.name]) {
      case (false, nil):
        found.append(Violation(.everyParameterActs, "'\(field.name)' changes nothing"))
      case (true, let reason?):
        found.append(Violation(.inertParametersAreInert, "'\(field.name)' changes the result, declared was: \(reason)"))
      default: break
      }
    }
    let names = Set(Values.fields.map(\.name))
    for name in declared.inert.keys.sorted() where !names.contains(name) {
      found.append(Violation(.inertParametersAreInert, "'\(name)' is no parameter"))
    }
    return found
  }

  /// Changes under which every parameter of a recipe acts, for each recipe in `type`; few epochs and more than one batch.
  private static func recipes(of type: (some ParameterSet).Type) -> [[String: JSONValue]] {
    let prefixes = type.fields.map(\.name).filter { $0.hasSuffix("milestones") }.map { $0.dropLast("milestones".count) }
    guard let prefix = prefixes.first else { return [[:]] }
    let schedules: [[String: JSONValue]] = [
      ["schedule": "step", "step_epochs": 1, "augmentation.padding": 1, "momentum": 0.9], ["schedule": "cosine"],
      ["schedule": "multi-step", "milestones": [1]], ["schedule": "one-cycle"],
    ]
    return schedules.map { schedule in
      let changes = schedule.merging(["epochs": 3, "batch_size": 16]) { $1 }
      return Dictionary(uniqueKeysWithValues: changes.map { (prefix + $0.key, $0.value) })
    }
  }

  /// Other values of a parameter, those near to its own first.
  private static func others(
    for field: ParameterField, in start: some ParameterSet, _ declared: [JSONValue]?
  ) -> [JSONValue] {
    let own = (try? JSONValue(start))?.value(at: field.name.split(separator: ".")[...]) ?? .null
    let single = { (value: JSONValue, kind: ValueKind) -> [JSONValue] in
      if case .oneOf(let words) = field.range { return words.map(JSONValue.string) }
      switch kind {
      case .truth: return [true, false]
      case .integer: return numbers(near: value.double, in: field.range, isInteger: true)
      case .number: return numbers(near: value.double, in: field.range, isInteger: false)
      case .list, .text, .other: return []
      }
    }
    var values: [JSONValue]
    if let declared {
      values = declared
    } else if case .list(let kind) = field.kind(in: start) {
      let items = own.items ?? []
      values = [.array(items.dropLast())] + single(items.first ?? .null, kind).map { [$0] }
    } else {
      values = single(own, field.kind(in: start)) + [.null]
    }
    values.removeAll { $0 == own }
    return values
  }

  /// Numbers near to `own`, then small ones, then the least of the range: not the greatest, which may need all memory.
  private static func numbers(near own: Double?, in range: ValueRange, isInteger: Bool) -> [JSONValue] {
    let near = own.map { isInteger ? [$0 + 1, $0 - 1, 2 * $0] : [$0 / 2, 2 * $0] } ?? []
    let others = isInteger ? [2, 1, 0, 3, 8] : [0.5, 0.25, 1, 0, 2]
    let low = range.least.map { [$0] } ?? []
    return (near + others + low).filter(range.contains).map { isInteger ? .int(Int($0)) : .number($0) }
  }
}
