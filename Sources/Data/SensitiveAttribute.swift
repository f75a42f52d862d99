/// A property of samples other than their class; class and value of the attribute together define a group.
///
/// With K classes and S values there are K·S groups; the group of class t and value s has the number s + t·S.
/// - Source: De Min, Roy, Lathuilière, Ricci, Mancini, TMLR 2025, arXiv:2503.09330, section 3.
public struct SensitiveAttribute: Sendable, Hashable {
  /// The name of the property, such as "sex".
  public let name: String
  /// The names of its values, by number.
  public let valueNames: [String]

  /// An attribute with these values.
  public init(name: String, valueNames: [String]) {
    self.name = name
    self.valueNames = valueNames
  }
}

/// The samples of one class with one value of the sensitive attribute.
public struct SampleGroup: Sendable, Hashable, Codable {
  /// t, the class.
  public var target: Int
  /// s, the value of the attribute.
  public var sensitive: Int

  /// The group of class `target` and value `sensitive`.
  public init(target: Int, sensitive: Int) {
    self.target = target
    self.sensitive = sensitive
  }
}

extension Dataset {
  /// The sensitive attribute of the samples, or nil.
  public var attribute: SensitiveAttribute? { source.attribute }

  /// For each row the value of the attribute; nil without an attribute.
  public var sensitiveValues: [Int]? {
    source.attribute == nil ? nil : indices.map { source.sensitive[$0] }
  }

  /// For each row the number of its group, s + t·S with t the row's label; nil without an attribute.
  public var groups: [Int]? {
    guard let attribute else { return nil }
    return zip(indices, labels).map { source.sensitive[$0] + $1 * attribute.valueNames.count }
  }

  /// The number of rows of each group, by group number; nil without an attribute.
  public var groupSizes: [Int]? {
    guard let attribute, let groups else { return nil }
    return groups.reduce(into: [Int](repeating: 0, count: classCount * attribute.valueNames.count)) { $0[$1] += 1 }
  }

  /// "waterbird/land" for the group with this number; nil without an attribute.
  public func groupName(_ group: Int) -> String? {
    attribute.map { "\(classNames[group / $0.valueNames.count])/\($0.valueNames[group % $0.valueNames.count])" }
  }

  /// The value of the attribute of every sample of the source set, by index; nil without an attribute.
  public var sensitiveValuesByIndex: [Int]? { source.attribute == nil ? nil : source.sensitive }
}
