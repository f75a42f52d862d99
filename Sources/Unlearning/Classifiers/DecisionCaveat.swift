/// Reasons why the accuracy of a classifier's decisions may be degenerate; sentences for `MeasuredValue.caveat`.
public enum DecisionCaveat {
  /// The classifier gives all fitted and judged samples the same class.
  public static let constant = "the decision is the same for all fitted and judged samples"
  /// All ranked samples have the same score, so that the AUC is ½ by ties alone.
  public static let equalScores = "all scores are equal"

  /// `constant` where all decisions are equal, else nil.
  ///
  /// - Parameters:
  ///   - judged: Decisions on the samples whose share is reported.
  ///   - fitted: Decisions on the samples of the fit, evaluated lazily.
  public static func constant(judged: [Bool], fitted: some Sequence<Bool>) -> String? {
    guard let first = judged.first, judged.allSatisfy({ $0 == first }), fitted.allSatisfy({ $0 == first }) else {
      return nil
    }
    return constant
  }

  /// `equalScores` where no two of these scores differ, else nil.
  public static func equalScores(_ scores: [Double]...) -> String? {
    let all = scores.joined()
    guard let first = all.first(where: { _ in true }) else { return nil }
    return all.allSatisfy { $0 == first } ? equalScores : nil
  }

  /// The reasons as one sentence, each once and in their order; nil where there are none.
  public static func joined(_ reasons: [String?]) -> String? {
    var distinct: [String] = []
    for reason in reasons.compactMap({ $0 }) where !distinct.contains(reason) { distinct.append(reason) }
    return distinct.isEmpty ? nil : distinct.joined(separator: "; ")
  }

  /// The reasons that hold in more than half of `rounds`, as one sentence.
  public static func inMost(of rounds: [[String]]) -> String? {
    let counts = Dictionary(rounds.flatMap { Set($0) }.map { ($0, 1) }, uniquingKeysWith: +)
    return joined(rounds.joined().filter { 2 * counts[$0, default: 0] > rounds.count })
  }
}

/// A two-class classifier that decides by the sign of a decision value.
public protocol DecisionRule {
  /// The decision value of each row; larger values indicate positives.
  func decisionValues(_ samples: FeatureRows) -> [Double]
  /// Whether a row with this decision value is judged positive.
  func isPositive(_ decisionValue: Double) -> Bool
}

extension DecisionRule {
  /// Decision values with a magnitude below this are ties: they are rounding error.
  ///
  /// The margin of a support vector machine is at ±1, and a logistic regression decides in log-odds, so that both have
  /// the scale of 1.
  public static var tieWidth: Double { 1e-9 }

  /// Decisions on `samples`, with the reasons why their accuracy may be degenerate.
  ///
  /// - Parameters:
  ///   - samples: The rows that are judged.
  ///   - fitted: The samples of the fit; evaluated only where all decisions on `samples` are equal.
  /// - Returns: Whether each row is judged positive; `DecisionCaveat.constant`, and "an exact tie decides for 12 % of
  ///   the judged samples", where they hold.
  /// - Throws: `AttackError.notFinite`.
  public func judge(
    _ samples: FeatureRows, fitted: [FeatureRows]
  ) throws(AttackError) -> (verdicts: [Bool], caveats: [String]) {
    try samples.requireFinite("features of judged samples")
    let values = decisionValues(samples)
    let verdicts = values.map(isPositive)
    var caveats: [String] = []
    let seen = fitted.lazy.flatMap { decisionValues($0) }.map { isPositive($0) }
    if let constant = DecisionCaveat.constant(judged: verdicts, fitted: seen) { caveats.append(constant) }
    let ties = values.count { abs($0) <= Self.tieWidth }
    if ties > 0 {
      let share = max(1, Int((100 * Double(ties) / Double(values.count)).rounded()))
      caveats.append("an exact tie decides for \(share) % of the judged samples")
    }
    return (verdicts, caveats)
  }
}

extension SupportVectorMachine: DecisionRule {
  /// f(x) ≥ 0: libsvm assigns a tie to its second class, the positives.
  public func isPositive(_ decisionValue: Double) -> Bool { decisionValue >= 0 }
}

extension LogisticRegression: DecisionRule {
  /// Whether the log-odds are above 0, a probability above ½.
  public func isPositive(_ decisionValue: Double) -> Bool { decisionValue > 0 }
}
