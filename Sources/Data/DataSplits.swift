public import Engine

/// The training, test and optional validation set of a data set.
public struct DataSplits: Sendable {
  /// For training.
  public var train: Dataset
  /// For the final evaluation.
  public var test: Dataset
  /// For model selection; nil if no training rows are held out.
  public var validation: Dataset?

  /// The given sets; they must have the same classes.
  public init(train: Dataset, test: Dataset, validation: Dataset? = nil) {
    precondition(train.classNames == test.classNames, "train and test have the same classes")
    self.train = train
    self.test = test
    self.validation = validation
  }

  /// These sets, with a class-balanced random fraction of the training rows as validation set.
  ///
  /// Each class contributes round(`validationFraction` · size of the class) rows, drawn from
  /// `random.stream("validation", label)`; both parts keep the order of the training set.
  ///
  /// - `validationFraction`: in (0, 1).
  /// - Throws: `badFraction`; `badValidation` if a part would be empty or there already is a validation set.
  public func holdingOut(validationFraction: Double, random: RandomSource) throws(DataError) -> DataSplits {
    guard validationFraction > 0 && validationFraction < 1 else { throw .badFraction(validationFraction) }
    guard validation == nil else { throw .badValidation(reason: "the data set has one already") }
    var isHeld = [Bool](repeating: false, count: train.count)
    for label in 0..<train.classCount {
      let rows = train.labels.indices.filter { train.labels[$0] == label }
      var draw = random.stream("validation", label)
      let count = Int((validationFraction * Double(rows.count)).rounded())
      for row in draw.sample(count, of: rows) { isHeld[row] = true }
    }
    let held = train.labels.indices.filter { isHeld[$0] }
    guard !held.isEmpty, held.count < train.count else {
      throw .badValidation(
        reason: "a fraction of \(validationFraction) takes \(held.count) of \(train.count) training rows")
    }
    var result = self
    result.validation = train.selecting(held)
    result.train = train.selecting(train.labels.indices.filter { !isHeld[$0] })
    return result
  }
}
