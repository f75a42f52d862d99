package import Unlearning

/// The accuracies of the retrained models on one forgotten class, and the distances of a model from them.
///
/// A statistic of any subset of the models can be computed, as jackknives need.
package struct NeighborAccuracies: Sendable {
  /// `[m][m]`, the fraction of samples of `R_j` that the discriminator of `R_l` assigns to the neighbor, in row j, column l.
  ///
  /// The diagonal is that of its own discriminator. With own discriminators the numbers of a row are equal.
  package let table: [[Double]]
  /// The fewest models that have accuracies: two where each is judged by others.
  let fewestModels: Int

  /// Accuracies `[m][m]` by the discriminators of all retrained models.
  package init(byEach table: [[Double]]) { (self.table, fewestModels) = (table, 2) }

  /// Accuracies `[m]` by own discriminators.
  package init(byOwn accuracies: [Double]) {
    table = accuracies.map { [Double](repeating: $0, count: accuracies.count) }
    fewestModels = 1
  }

  /// Accuracies from a table's numbers, row by row; nil if the table is not square.
  init?(flattened numbers: [Double], byOwn: Bool) {
    fewestModels = byOwn ? 1 : 2
    let count = Int(Double(numbers.count).squareRoot().rounded())
    guard count * count == numbers.count else { return nil }
    table = (0..<count).map { Array(numbers[($0 * count)..<(($0 + 1) * count)]) }
  }

  package var models: [Int] { Array(table.indices) }

  /// The accuracy of retrained model `place`, judged by the others of `models`; by itself where there are none.
  package func accuracy(of place: Int, by models: [Int]) -> Double {
    let others = models.filter { $0 != place }.map { table[place][$0] }
    return others.isEmpty ? table[place][place] : others.mean
  }

  /// The distance of a model from `models` without one of them, on average over the one that is left out.
  ///
  /// - Parameters:
  ///   - accuracies: `[m]`, the model's accuracy by the discriminator of each retrained model.
  ///   - position: The index of the model where it is itself a retrained one: it is then what is left out.
  package func gap(of accuracies: [Double], at position: Int?, from models: [Int]) -> Double {
    let bank = models.map { accuracy(of: $0, by: models) }
    if let place = position.flatMap(models.firstIndex(of:)) {
      return Self.distance(of: bank[place], from: bank, without: place)
    }
    let own = models.map { accuracies[$0] }.mean
    return bank.indices.map { Self.distance(of: own, from: bank, without: $0) }.mean
  }

  /// The mean gap of the retrained models.
  func floor(_ models: [Int]) -> Double {
    let bank = models.map { accuracy(of: $0, by: models) }
    return bank.indices.map { Self.distance(of: bank[$0], from: bank, without: $0) }.mean
  }

  /// The distance of `own` from the mean of `bank` without one; from that one where there are no others.
  private static func distance(of own: Double, from bank: [Double], without left: Int) -> Double {
    guard bank.count > 1 else { return abs(own - bank[0]) }
    return abs(own - (bank.reduce(0, +) - bank[left]) / Double(bank.count - 1))
  }
}

/// An attacked model's accuracies and the retrained models', on every forgotten class; values are means over the classes.
package struct NeighborComparison: Sendable {
  private let classes: [NeighborAccuracies]
  /// `[classes][m]`; not read for a retrained model.
  private let accuracies: [[Double]]
  private let position: Int?

  /// A comparison; `position` is the attacked model's index where it is a retrained one.
  package init(of accuracies: [[Double]], at position: Int?, with classes: [NeighborAccuracies]) {
    precondition(accuracies.count == classes.count && !classes.isEmpty, "accuracies on every class")
    (self.accuracies, self.position, self.classes) = (accuracies, position, classes)
  }

  private var models: [Int] { classes[0].models }

  private func mean(_ value: (NeighborAccuracies, [Double]) -> Double) -> Double {
    zip(classes, accuracies).map(value).mean
  }

  /// The distance from the bank without one model; nil for a retrained model without others.
  package var gap: Double? {
    guard position == nil || models.count > 1 else { return nil }
    return mean { $0.gap(of: $1, at: position, from: models) }
  }

  /// The spread of `gap`: over the retrained models that a model is compared with, or the floor's jackknife.
  ///
  /// Each retrained model's gap is its distance from all the others, so the standard deviation of the gaps is not that of
  /// independent values.
  package var gapSpread: Spread {
    guard let position else {
      return .ofComparison(with: models) { models in mean { $0.gap(of: $1, at: nil, from: models) } }
    }
    return .jackknife(models, at: position) { models in classes.map { $0.floor(models) }.mean }
  }

  /// The spread of the accuracy: all models of a method are judged by the same discriminators, and retrained models by
  /// those of each other.
  package var shareSpread: Spread {
    guard let position else {
      return .ofComparison(with: models) { models in mean { _, own in models.map { own[$0] }.mean } }
    }
    return .jackknife(models, at: position, smallest: classes[0].fewestModels) { models in
      classes.map { bank in models.map { bank.accuracy(of: $0, by: models) }.mean }.mean
    }
  }
}
