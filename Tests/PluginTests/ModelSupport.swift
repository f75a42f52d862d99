import Data
import Engine
import Unlearning

extension Toy {
  /// The data with fresh test samples, split by the forgotten classes.
  var split: ForgetSplit {
    get throws {
      try ForgetRequest.classes(forgotten).split(
        DataSplits(train: data, test: Self.dataset(seed: 77, perClass: 20)), random: RandomSource(seed: 1))
    }
  }

  /// A model trained without the forgotten classes.
  func retrained(seed: UInt64) throws -> Classifier {
    try makeRun(seed: seed, forgotten: forgotten, makeClassifier: Self.classifier).train(on: retain, purpose: "retrain")
  }
}

extension Evidence {
  /// Evidence about `target` with parameters and outputs of all models; at `position` it is a retrained one.
  static func of(
    _ target: Classifier, original: Classifier, _ retrained: [Classifier], position: Int? = nil, on split: ForgetSplit
  ) -> Evidence {
    var evidence = Evidence(
      target: ModelOutputs(of: target, on: split),
      retrained: ModelBank(retrained.map { ModelOutputs(of: $0, on: split) }), targetPosition: position,
      context: AttackFixture.context(split.forgottenClasses, split.retainTrain.classCount))
    evidence.models = ModelEvidence(
      target: { target }, original: { original },
      shared: SharedModels(
        retrained: retrained.map { model in { model } }, data: split, makeClassifier: Toy.classifier))
    return evidence
  }
}
