/// A membership game for single samples over shadow models: whether the attacked model forgot a sample, or was never
/// trained on it.
///
/// The number of the attacked model, such as a margin, is compared with two sets of numbers of the same sample: those of
/// models that are what the attacker looks for, and those of models that were never trained on it. Models of the attacked
/// model's own original are left out, and so is one original of the other side, since leaving out one side alone would
/// put chance below ½: the next one, in a circle. A score above 0 says "forgotten".
public struct SampleGame {
  /// The numbers of one side.
  public struct Side {
    /// `[models][N]`.
    public var numbers: [[Double]]
    /// `[models][N]`: whether the number belongs to the side.
    public var belongs: [[Bool]]
    /// For each model the index of its original.
    public var originals: [Int]

    /// Numbers of some models, those that belong to the side.
    public init(_ numbers: [[Double]], where belongs: [[Bool]], originals: [Int]) {
      precondition(numbers.count == belongs.count && numbers.count == originals.count, "lists of the same models")
      (self.numbers, self.belongs, self.originals) = (numbers, belongs, originals)
    }
  }

  /// A model under attack.
  public struct Attacked {
    /// The index of its original.
    public var original: Int
    /// `[N]`: its numbers.
    public var numbers: [Double]
    /// `[N]`: what it did with each sample.
    public var statuses: [ShadowBank.Status]

    /// A model with its numbers.
    public init(original: Int, numbers: [Double], statuses: [ShadowBank.Status]) {
      precondition(numbers.count == statuses.count, "a status of each sample")
      (self.original, self.numbers, self.statuses) = (original, numbers, statuses)
    }
  }

  /// The score of a number of the attacked model, given those of both sides in ascending order, at least two each.
  public typealias Score = (_ attacked: Int, _ number: Double, _ first: [Double], _ second: [Double]) -> Double

  let first: Side
  let second: Side
  let attacked: [Attacked]
  let originalCount: Int
  let judgesRetained: Bool
  private let score: Score

  /// A game on the models of `attacked`.
  ///
  /// - Parameters:
  ///   - first: Models that were trained on the sample, such as those that forgot it.
  ///   - second: Models that were not.
  ///   - attacked: The judged models.
  ///   - originalCount: The number of originals, of which some may have no attacked model.
  ///   - judgesRetained: Whether samples are judged that the attacked model was trained on and did not forget.
  ///   - score: What is above 0 for "forgotten".
  public init(
    first: Side, second: Side, attacked: [Attacked], originalCount: Int, judgesRetained: Bool, score: @escaping Score
  ) {
    (self.first, self.second, self.attacked) = (first, second, attacked)
    (self.originalCount, self.judgesRetained, self.score) = (originalCount, judgesRetained, score)
  }

  /// The same game on some of the samples.
  package func selecting(_ samples: [Int]) -> SampleGame {
    func selected(_ side: Side) -> Side {
      Side(
        side.numbers.map { row in samples.map { row[$0] } }, where: side.belongs.map { row in samples.map { row[$0] } },
        originals: side.originals)
    }
    let attacked = attacked.map { model in
      Attacked(
        original: model.original, numbers: samples.map { model.numbers[$0] },
        statuses: samples.map { model.statuses[$0] })
    }
    return SampleGame(
      first: selected(first), second: selected(second), attacked: attacked, originalCount: originalCount,
      judgesRetained: judgesRetained, score: score)
  }

  /// The fewest numbers of a side.
  public static let fewestNumbers = 2

  /// The score of one attacked model for one sample.
  package struct JudgedSample {
    package var sample: Int
    package var status: ShadowBank.Status
    package var score: Double
    /// 1 / (number of attacked models with this status for the sample), so that every sample weighs the same among the
    /// forgotten and among the others.
    ///
    /// Without weights an attack would be above chance that reads nothing but how many shadow models forgot a sample: where
    /// there are more of these, it is judged as forgotten more often.
    package var weight: Double
  }

  /// The scores of each attacked model; samples with too few numbers on a side are left out.
  package func scores() -> [[JudgedSample]] {
    var found = [[JudgedSample]](repeating: [], count: attacked.count)
    var (own, other): ([Double], [Double]) = ([], [])
    for sample in 0..<(attacked.first?.numbers.count ?? 0) {
      let sides = [first, second].map { $0.column(sample) }
      var judged: [(place: Int, status: ShadowBank.Status, score: Double)] = []
      var counts: [ShadowBank.Status: Int] = [:]
      for (place, model) in attacked.enumerated() {
        let status = model.statuses[sample]
        if status == .retained, !judgesRetained { continue }
        // The attacked model is one of the first side where it was trained on the sample.
        let (near, far) = status == .out ? (1, 0) : (0, 1)
        guard let next = sides[far].original(after: model.original) else { continue }
        sides[near].numbers(without: model.original, nil, into: &own)
        sides[far].numbers(without: model.original, next, into: &other)
        guard min(own.count, other.count) >= Self.fewestNumbers else { continue }
        let score = score(place, model.numbers[sample], status == .out ? other : own, status == .out ? own : other)
        judged.append((place, status, score))
        counts[status, default: 0] += 1
      }
      for (place, status, score) in judged {
        let weight = 1 / Double(counts[status, default: 1])
        found[place].append(JudgedSample(sample: sample, status: status, score: score, weight: weight))
      }
    }
    return found
  }
}

/// The numbers of one side for one sample.
private struct SideColumn {
  /// In ascending order of the numbers.
  let entries: [(number: Double, original: Int)]

  /// The first original after `own`, in a circle, that has a number; nil where there is no other.
  func original(after own: Int) -> Int? {
    var (next, smallest): (Int?, Int?) = (nil, nil)
    for entry in entries where entry.original != own {
      smallest = min(smallest ?? entry.original, entry.original)
      if entry.original > own { next = min(next ?? entry.original, entry.original) }
    }
    return next ?? smallest
  }

  /// The numbers of all originals but two.
  func numbers(without own: Int, _ next: Int?, into list: inout [Double]) {
    list.removeAll(keepingCapacity: true)
    for entry in entries where entry.original != own && entry.original != next { list.append(entry.number) }
  }
}

extension SampleGame.Side {
  fileprivate func column(_ sample: Int) -> SideColumn {
    var entries: [(number: Double, original: Int)] = []
    for model in numbers.indices where belongs[model][sample] {
      entries.append((numbers[model][sample], originals[model]))
    }
    return SideColumn(entries: entries.sorted { $0.number < $1.number })
  }
}
