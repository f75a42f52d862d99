/// A key or an index exactly as in the tree, without conversion of case.
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

/// Marks dictionaries: their keys are data and must not be converted.
package protocol DictionaryOfData {}
extension Dictionary: DictionaryOfData {}
