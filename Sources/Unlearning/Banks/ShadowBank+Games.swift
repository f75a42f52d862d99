/// What games over shadow models read of them.
extension Evidence {
  /// `[models][N]`: the margins of `models` on the judged samples.
  ///
  /// - Throws: As `map`.
  public func margins(of models: ModelBank) throws -> [[Double]] { try map(models, on: .forgetTrain) { $0.margins } }
}

extension ShadowBank {
  /// The numbers of originals that were trained on a sample, or of those that were not.
  public func originals(_ numbers: [[Double]], trained: Bool) -> SampleGame.Side {
    SampleGame.Side(
      numbers, where: isMember.map { $0.map { $0 == trained } }, originals: Array(originals.indices))
  }

  /// The numbers of unlearned models that have a `status` for the sample.
  public func unlearned(_ numbers: [[Double]], _ status: Status) -> SampleGame.Side {
    SampleGame.Side(
      numbers, where: statuses.map { $0.map { $0 == status } }, originals: originalsOfUnlearned)
  }

  /// The unlearned models with their numbers.
  public func attacked(_ numbers: [[Double]]) -> [SampleGame.Attacked] {
    zip(zip(originalsOfUnlearned, numbers), statuses).map { model, statuses in
      SampleGame.Attacked(original: model.0, numbers: model.1, statuses: statuses)
    }
  }
}
