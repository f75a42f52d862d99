/// A key or an index as it stands in the tree, with no conversion of case.
package struct PathKey: CodingKey {
  package var stringValue: String
  package var intValue: Int?

  package init(_ key: String) { stringValue = key }
  package init(index: Int) {
    stringValue = "[\(index)]"
    intValue = index
  }
  package init?(stringValue: String) { self.init(stringValue) }
  package init?(intValue: Int) { self.init(index: intValue) }
}

/// Marks dictionaries: their keys are data, which no conversion of case may touch.
package protocol DictionaryOfData {}
extension Dictionary: DictionaryOfData {}
