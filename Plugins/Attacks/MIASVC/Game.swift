import Engine
import Unlearning

/// One draw of the samples that a variant fits to and judges.
struct Game {
  /// Training samples of the attack with label member.
  private(set) var members: Predictions
  /// Training samples of the attack with label non-member.
  private(set) var nonMembers: Predictions
  /// Samples to judge; those judged as `isMember` says count towards the value.
  private(set) var judged: [(samples: Predictions, isMember: Bool)] = []
  /// Whether another draw gives another game.
  private(set) var isDrawn = false
  /// Why the choice of members invalidates the value; nil where it does not.
  private(set) var caveat: String?

  private let attack: SupportVectorMIA
  // The stream depends on data, request and draw alone: every model of a cell and every variant has the same draws.
  private let random: RandomSource

  /// The caveat of `first` on data sorted by class.
  static let sortedByClass =
    "the members are the first ones of data sorted by class: classes are told apart, not membership"
  /// The caveat of `first` where some class has no member.
  static let lacksClass =
    "the members are the first ones of the data and none of some class: classes are told apart, not membership"

  init(
    _ variant: SupportVectorMIA.Variant, evidence: Evidence, attack: SupportVectorMIA, draw: Int
  ) throws(AttackError) {
    self.attack = attack
    random = evidence.context.random.stream("mia-svc", draw)
    members = try evidence.samples(.retainTrain)
    switch variant {
    case .salun:
      nonMembers = try Self.testSamples(evidence, attack.nonMembers)
      judged = [(try evidence.samples(.forgetTrain), false)]
      takeAsManyMembers()
    case .kodge:
      nonMembers = try evidence.samples(.forgetTrain)
      judged = [(try evidence.samples(.forgetTest), false)]
      if attack.balance { balance() }
      bound()
    case .delete:
      nonMembers = try evidence.samples(.retainTest)
      judged = [(try evidence.samples(.forgetTrain), true)]
      takeAsManyMembers()
    case .trainingPrivacy:
      nonMembers = try Self.testSamples(evidence, attack.nonMembers)
      try takeHalves()
    }
  }

  private static func testSamples(
    _ evidence: Evidence, _ which: SupportVectorMIA.NonMembers
  ) throws(AttackError) -> Predictions {
    let all = try evidence.target.allTestSamples()
    return which == .all ? all : try evidence.samples(.retainTest)
  }

  private mutating func takeAsManyMembers() {
    switch attack.usedMemberOrder {
    case .first:
      let count = min(members.count, nonMembers.count)
      takeFirstMembers(count)
      var draw = random.stream("non-members")
      nonMembers = drawn(count, of: nonMembers, &draw)
      bound()
    case .random:
      boundNonMembers()
      matchMembers()
    }
  }

  /// The first halves as released, else random halves; the rest is judged.
  private mutating func takeHalves() throws(AttackError) {
    let (known, others) = (members, nonMembers)
    let half = min(known.count, others.count) / 2
    guard half > 0, others.count / 2 > 0 else { throw .emptySet("two samples on each side") }
    switch attack.usedMemberOrder {
    case .first:
      takeFirstMembers(half)
      nonMembers = others.selecting(Array(0..<others.count / 2))
      judged = [
        (known.without(members), true), (others.selecting(Array(others.count / 2..<others.count)), false),
      ]
      bound()
    case .random:
      isDrawn = true
      var draw = random.stream("halves")
      let cut = draw.stratifiedHalves(others.labels)
      nonMembers = others.selecting(cut.first)
      boundNonMembers()
      // Members of one half alone, so that judged ones are left in every class.
      members = known.selecting(draw.stratifiedHalves(known.labels).first)
      matchMembers()
      judged = [(known.without(members), true), (others.selecting(cut.second), false)]
    }
  }

  private mutating func takeFirstMembers(_ count: Int) {
    let all = members
    members = all.selecting(Array(0..<count))
    guard members.count < all.count else { return }
    if all.labels.areSortedByClass {
      caveat = Self.sortedByClass
    } else if Set(members.labels) != Set(all.labels) {
      caveat = Self.lacksClass
    }
  }

  /// As many members of each class as non-members.
  private mutating func matchMembers() {
    var draw = random.stream("members")
    let rows = draw.matchedByClass(left: members.labels, right: nonMembers.labels)
    isDrawn = isDrawn || rows.left.count < members.count || rows.right.count < nonMembers.count
    members = members.selecting(rows.left)
    nonMembers = nonMembers.selecting(rows.right)
  }

  private mutating func balance() {
    var draw = random.stream("balance")
    let size = min(members.count, nonMembers.count)
    members = drawn(size, of: members, &draw)
    nonMembers = drawn(size, of: nonMembers, &draw)
  }

  private mutating func boundNonMembers() {
    guard let bound = attack.maximumSamples else { return }
    var draw = random.stream("bound")
    nonMembers = drawn(bound, of: nonMembers, &draw)
  }

  private mutating func bound() {
    guard let bound = attack.maximumSamples else { return }
    // One share for both sides: the ratio of members to non-members is part of the attack.
    let share = min(1, Double(bound) / Double(max(members.count, nonMembers.count)))
    var draws = random.stream("bound")
    members = drawn(max(1, Int((share * Double(members.count)).rounded())), of: members, &draws)
    nonMembers = drawn(max(1, Int((share * Double(nonMembers.count)).rounded())), of: nonMembers, &draws)
  }

  private mutating func drawn(_ bound: Int, of side: Predictions, _ random: inout RandomSource) -> Predictions {
    guard side.count > bound else { return side }
    isDrawn = true
    return side.selecting(random.classBalanced(bound, of: Array(0..<side.count), labels: side.labels))
  }
}

extension Predictions {
  /// The samples whose index in the source set is not among those of `others`.
  fileprivate func without(_ others: Predictions) -> Predictions {
    let taken = Set(others.indices)
    return selecting((0..<count).filter { !taken.contains(indices[$0]) })
  }
}

extension [Int] {
  /// Whether the samples of each class are contiguous, and there are several classes.
  fileprivate var areSortedByClass: Bool {
    let changes = zip(self, dropFirst()).count { $0 != $1 }
    return changes > 0 && changes == Set(self).count - 1
  }
}
