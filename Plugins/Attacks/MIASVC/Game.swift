import Engine
import Unlearning

/// What one variant fits to and what it judges.
struct Game {
  /// Samples that the machine learns as members.
  private(set) var members: Predictions
  /// Samples that the machine learns as non-members.
  private(set) var nonMembers: Predictions
  /// Samples to judge; those judged as `isMember` says count towards the value.
  private(set) var judged: [(samples: Predictions, isMember: Bool)] = []

  private let parameters: SupportVectorMIA.Parameters
  // Named by data and request alone: every model of a cell, and every variant, is attacked with the same draws.
  private let random: RandomSource

  init(
    _ variant: SupportVectorMIA.Variant, evidence: Evidence, parameters: SupportVectorMIA.Parameters
  ) throws(AttackError) {
    self.parameters = parameters
    random = evidence.context.random.stream("mia-svc")
    members = try evidence.samples(.retainTrain)
    switch variant {
    case .salun:
      nonMembers = try Self.testSamples(evidence, parameters.nonMembers)
      judged = [(try evidence.samples(.forgetTrain), false)]
      takeAsManyMembers()
    case .kodge:
      nonMembers = try evidence.samples(.forgetTrain)
      judged = [(try evidence.samples(.forgetTest), false)]
    case .delete:
      nonMembers = try evidence.samples(.retainTest)
      judged = [(try evidence.samples(.forgetTrain), true)]
      takeAsManyMembers()
    case .trainingPrivacy:
      nonMembers = try Self.testSamples(evidence, parameters.nonMembers)
      let (known, others) = (members, nonMembers)
      let (knownHalf, othersHalf) = (min(known.count, others.count) / 2, others.count / 2)
      guard knownHalf > 0, othersHalf > 0 else { throw .emptySet("two samples on each side") }
      takeAsManyMembers(knownHalf)
      judged = [(known.without(members), true), (others.selecting(Array(othersHalf..<others.count)), false)]
      nonMembers = others.selecting(Array(0..<othersHalf))
    }
    if let bound = parameters.maximumSamples {
      // One share for both sides: the ratio of members to non-members is part of the attack.
      let share = min(1, Double(bound) / Double(max(members.count, nonMembers.count)))
      var draws = random.stream("bound")
      members = members.drawn(max(1, Int((share * Double(members.count)).rounded())), &draws)
      nonMembers = nonMembers.drawn(max(1, Int((share * Double(nonMembers.count)).rounded())), &draws)
    }
  }

  private static func testSamples(
    _ evidence: Evidence, _ which: SupportVectorMIA.NonMembers
  ) throws(AttackError) -> Predictions {
    let all = try evidence.target.allTestSamples()
    return which == .all ? all : try evidence.samples(.retainTest)
  }

  private mutating func takeAsManyMembers(_ wanted: Int? = nil) {
    let count = min(members.count, wanted ?? nonMembers.count)
    switch parameters.memberOrder {
    case .first: members = members.selecting(Array(0..<count))
    case .random:
      var draw = random.stream("members")
      members = members.selecting(draw.sample(count, of: Array(0..<members.count)))
    }
    if wanted == nil, nonMembers.count > count {
      var draw = random.stream("non-members")
      nonMembers = nonMembers.drawn(count, &draw)
    }
  }
}

extension Predictions {
  fileprivate func drawn(_ bound: Int, _ random: inout RandomSource) -> Predictions {
    selecting(random.classBalanced(bound, of: Array(0..<count), labels: labels))
  }

  /// The samples whose place in the source set is not among those of `others`.
  fileprivate func without(_ others: Predictions) -> Predictions {
    let taken = Set(others.indices)
    return selecting((0..<count).filter { !taken.contains(indices[$0]) })
  }
}
