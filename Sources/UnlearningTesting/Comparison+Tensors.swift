public import Engine

extension Comparison {
  /// Describes where `actual` differs in shape from `expected` or exceeds the tolerance; nil if it does not.
  public static func difference(_ actual: Tensor, from expected: Tensor, within tolerance: Tolerance) -> String? {
    guard actual.shape == expected.shape else { return "shape \(actual.shape), expected \(expected.shape)" }
    return difference(actual.scalars, from: expected.scalars, within: tolerance, shape: actual.shape)
  }

  /// Describes where `actual` differs in names or a shape from `expected` or exceeds the tolerance; nil if it does not.
  public static func difference(
    _ actual: NamedTensors, from expected: NamedTensors, within tolerance: Tolerance
  ) -> String? {
    first(actual, expected) { difference($0, from: $1, within: tolerance) }
  }

  /// Describes where `actual` differs from `expected` in any bit; nil if it does not.
  ///
  /// 0 and −0 differ; NaNs agree if their bits are equal.
  public static func bitDifference(_ actual: [Float], from expected: [Float], shape: [Int]? = nil) -> String? {
    guard actual.count == expected.count else { return "\(actual.count) numbers, expected \(expected.count)" }
    let wrong = actual.indices.filter { actual[$0].bitPattern != expected[$0].bitPattern }
    guard !wrong.isEmpty else { return nil }
    let lines = wrong.prefix(listed).map { index in
      "[\(place(index, shape))] is \(text(actual[index])), expected \(text(expected[index]))"
    }
    let head = "\(wrong.count) of \(actual.count) numbers differ in their bits"
    return ([head] + lines + (wrong.count > listed ? ["…"] : [])).joined(separator: "\n  ")
  }

  /// Describes where `actual` differs from `expected` in its shape or any bit; nil if it does not.
  public static func bitDifference(_ actual: Tensor, from expected: Tensor) -> String? {
    guard actual.shape == expected.shape else { return "shape \(actual.shape), expected \(expected.shape)" }
    return bitDifference(actual.scalars, from: expected.scalars, shape: actual.shape)
  }

  /// Describes where `actual` differs from `expected` in a name, a shape or any bit; nil if it does not.
  public static func bitDifference(_ actual: NamedTensors, from expected: NamedTensors) -> String? {
    first(actual, expected) { bitDifference($0, from: $1) }
  }

  private static func text(_ number: Float) -> String {
    "\(number) (0x\(String(number.bitPattern, radix: 16)))"
  }

  private static func first(
    _ actual: NamedTensors, _ expected: NamedTensors, _ compare: (Tensor, Tensor) -> String?
  ) -> String? {
    guard actual.names == expected.names else {
      return "names \(Array(actual.names)), expected \(Array(expected.names))"
    }
    let differences = zip(actual.names, zip(actual.values, expected.values)).compactMap { name, pair in
      compare(pair.0, pair.1).map { "\(name): \($0)" }
    }
    return differences.isEmpty ? nil : differences.joined(separator: "\n")
  }
}
