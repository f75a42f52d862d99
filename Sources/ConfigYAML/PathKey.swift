/// A key or an index as it stands in the tree, with no conversion of case.
struct PathKey: CodingKey {
  var stringValue: String
  var intValue: Int?

  init(_ key: String) { stringValue = key }
  init(index: Int) {
    stringValue = "[\(index)]"
    intValue = index
  }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { self.init(index: intValue) }
}

/// Marks dictionaries: their keys are data, which no conversion of case may touch.
protocol DictionaryOfData {}
extension Dictionary: DictionaryOfData {}
