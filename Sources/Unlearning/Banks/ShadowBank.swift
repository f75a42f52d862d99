/// Shadow models: originals that were each trained on a random half of the training set, and models of one method that
/// forget some of the samples that their original was trained on.
///
/// The judged samples are those that the request names, the part forget train, in the order of that part.
public struct ShadowBank: Sendable {
  /// The originals.
  public var originals: ModelBank
  /// The models of the method, one or several of each original.
  public var unlearned: ModelBank
  /// For each of `unlearned` the index of its original.
  public var originalsOfUnlearned: [Int]
  /// `[originals][N]`: whether the original was trained on the sample.
  public var isMember: [[Bool]]
  /// `[unlearned][N]`: whether the model has forgotten the sample, one of its original's members.
  public var isForgotten: [[Bool]]

  /// Shadow models with the membership of each sample.
  public init(
    originals: ModelBank, unlearned: ModelBank, originalsOfUnlearned: [Int], isMember: [[Bool]], isForgotten: [[Bool]]
  ) {
    precondition(isMember.count == originals.count, "a list of members for each original")
    precondition(isForgotten.count == unlearned.count, "a list of forgotten samples for each unlearned model")
    precondition(originalsOfUnlearned.count == unlearned.count, "an original of each unlearned model")
    precondition(originalsOfUnlearned.allSatisfy(originals.indices.contains), "originals of this bank")
    (self.originals, self.unlearned, self.originalsOfUnlearned) = (originals, unlearned, originalsOfUnlearned)
    (self.isMember, self.isForgotten) = (isMember, isForgotten)
  }

  /// What is known of a sample and a model of the method.
  public enum Status: Sendable {
    /// Trained on, then forgotten.
    case forgotten
    /// Trained on.
    case retained
    /// Never trained on.
    case out
  }

  /// `[unlearned][N]`.
  public var statuses: [[Status]] {
    unlearned.indices.map { model in
      zip(isMember[originalsOfUnlearned[model]], isForgotten[model]).map { isMember, isForgotten in
        isForgotten ? .forgotten : isMember ? .retained : .out
      }
    }
  }
}

extension Evidence {
  /// The shadow models.
  ///
  /// - Throws: `AttackError.requestNotServed` where there are none, or their lists are not of the samples of forget train.
  public func requiredShadows() throws(AttackError) -> ShadowBank {
    guard let shadows else { throw .requestNotServed("shadow models of random halves are needed; there are none") }
    let count = try samples(.forgetTrain).count
    guard (shadows.isMember + shadows.isForgotten).allSatisfy({ $0.count == count }) else {
      throw .unlikeSamples(.forgetTrain)
    }
    return shadows
  }
}
