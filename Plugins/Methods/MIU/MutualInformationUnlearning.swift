public import Data
public import Engine
import MutualInformation
public import Unlearning

/// MIU: lowers an estimate of the mutual information of features and groups on forgotten samples, and keeps the
/// estimate on retained samples near that of the original.
///
/// With z the input of the last layer, g the group, and two estimators of their mutual information, `Î_u` for the model
/// and `Î_o` for the original, each epoch has three phases:
/// 1. Both estimators maximize their estimates on batches of all training samples.
/// 2. In the first `forgetting_epochs` epochs, on each batch of the forget set, a step that lowers `Î_u(z_θ(x), g)`.
/// 3. On each batch of the retain set, drawn by REWEIGHT, a step that lowers
///    `CE(f_θ(x), y) + λ·(Î_u(z_θ(x), g) − Î_o(z_θo(x), g))²`, both estimates with the same drawn groups and no
///    gradient into the original.
///
/// The estimators' parameters are fixed in 2 and 3; their running means are updated with every batch.
/// - Source: De Min, Roy, Lathuilière, Ricci, Mancini, TMLR 2025, arXiv:2503.09330, section 4 and Algorithm 1; code
///   tdemin16/group-robust_machine_unlearning (64acd24), `miu.py`; defaults as its miu.yaml for CelebA and a ratio of
///   ½.
/// - Note: Its values for others (batch · rate · schedule · forgetting epochs · estimator rate · λ, all 10 epochs of
///   SGD with momentum 0.9, weight decay 1e-4, FairFace 5e-5): CelebA 0.9: 256 · 0.1 · cosine · 5 · 0.01 · 1;
///   Waterbirds 0.1: 256 · 0.1 · cosine · 5 · 0.001 · 10, 0.5: the same with 0.01, 0.9: 32 · 0.1 · cosine · 5 · 0.001 ·
///   10; FairFace 0.1: 256 · 1e-3 · cosine · 7 · 0.001 · 1, 0.5: 32 · 0.1 · cosine · 7 · 0.001 · 1, 0.9: the same with
///   0.01; any other data: 32 · 0.1 · constant · 5 · 0.01 · 1. A rate of 0.1 diverges without batch normalization
///   before the features.
/// - Note: Only abstract and code could be read. The code fits `Î_o` to the features of the model that unlearns, draws
///   one set of groups for both estimators while it fits them, takes 101 and 11 estimator steps where 100 and 10 are
///   configured, and runs the original in train mode. `variant: as-released` does all four. The default (inferred from
///   Algorithm 1's signature) fits `Î_o` to the original's features in evaluate mode, draws groups for each estimator
///   and takes as many steps as configured. Its gradient clipping has no effect on the model and is left out. No
///   augmentation by default.
/// - Note: The estimates are a training signal, not a measurement. After 100 fitting steps they find about 0.25 to 0.5
///   of a known mutual information of 0.8 to 1.3 nats, and the estimate on the forget set falls without any forgetting
///   step, too: a falling estimate, or a small calibration gap, is no evidence of forgetting.
/// - Note: In the code the running statistics of batch normalization take in the batches that the estimators are fitted
///   on; here they do not.
/// - Note: The code moves its rate once an epoch: `schedule_steps: epoch` in the recipe; its default here is every
///   step. Every released recipe has more epochs than forgetting epochs, so that none ends on a forgetting pass.
/// - Note: The code compares every MIU with reweighted retraining, the one without REWEIGHT included; so does
///   `reference`.
public struct MutualInformationUnlearning: UnlearningMethod {
  /// Two implementations of the method: as the paper describes it, or as the released code does.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// The estimator of the original's information is fitted to the original's features, which are those of evaluate
    /// mode.
    case paper
    /// As the released code does.
    ///
    /// The estimator of the original is fitted to the features of the model that unlearns, with the same drawn groups
    /// as the other estimator; the original's features are normalized by each batch's own statistics; and each fitting
    /// takes one step more than configured, 101 and 11 for 100 and 10.
    case asReleased = "as-released"
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "miu", title: "Mutual information unlearning (MIU)",
    summary: "Lowers the mutual information of features and groups on the forget set and keeps that on the retain set.",
    source: .groupRobustUnlearning(place: "section 4, reconstructed from the released code"), version: 3)
  /// The original model, both sets, and the sensitive attribute of their samples.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData, .forgetLabels, .groups]
  /// Sample requests, such as parts of groups; forgetting whole classes leaves no group to calibrate.
  public static let serves: Set<RequestKind> = [.samples]

  /// Whether to follow the paper or the released code.
  @Parameter("the method as described in the paper, or with the deviations of the released code")
  public var variant = Variant.paper
  /// The number of first epochs with phase 2, the passes over the forget set.
  @Parameter("epochs that begin with a pass over the forget set", .epochs(from: 0)) public var forgettingEpochs = 5
  /// λ, the weight of the calibration term.
  @Parameter("weight λ of the squared difference to the mutual information of the original, λ·(I − I_o)²", .weight)
  public var calibration = 10.0
  /// The rate of the estimators' SGD; its momentum is 0.9.
  @Parameter("learning rate of the two estimators of mutual information", .positive) public var estimatorRate = 0.01
  /// The steps of phase 1 before the first epoch.
  @Parameter("training steps of the estimators before the first epoch", .closed(1, 1_000_000))
  public var firstEstimatorSteps = 100
  /// The steps of phase 1 before each later epoch.
  @Parameter("training steps of the estimators before each later epoch", .closed(0, 1_000_000))
  public var estimatorSteps = 10
  /// Whether REWEIGHT draws retained samples; each epoch shuffles them otherwise.
  @Parameter("whether retained samples are drawn with the group frequencies of the whole training set")
  public var reweights = true
  /// Ablation of the calibration term with weight λ.
  @Parameter("whether the calibration term is part of the loss") public var calibrates = true
  /// Ablation of phase 2.
  @Parameter("whether the passes over the forget set are made") public var forgets = true
  /// Ablation of the cross-entropy in phase 3.
  @Parameter("whether the cross-entropy on the retain set is part of the loss") public var retains = true
  /// Epochs, batch size, optimizer and learning rates.
  public var training = TrainingRecipe(
    epochs: 10, learningRate: 1e-3, batchSize: 256, schedule: .cosine, weightDecay: 1e-4)

  /// The released code's values for CelebA and half of a group.
  public init() {}

  /// Reweighted retraining, also where nothing is reweighted: ablations of one method share one reference.
  public var reference: RetainSampling { .reweight }

  /// Returns the original after all epochs of the three phases.
  ///
  /// Notes, for each epoch e from 0 that has the phase, as means over its batches: `forget_information_<e>` before each
  /// step, in nats, and `calibration_gap_<e>`, the squared difference of both estimates, in nats²; neither says
  /// whether anything is forgotten.
  /// - Throws: `UnlearningError`, among others when the data have no sensitive attribute or the request empties a
  ///   group.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    guard retain.attribute != nil else {
      throw UnlearningError.unsupportedRequest("miu needs a sensitive attribute, and \(retain.name) has none")
    }
    let sampler = try RetainSampler(reweights ? .reweight : .shuffle, retain: retain, forget: forget, run: run)
    let forgetting = forgets ? min(forgettingEpochs, training.epochs) : 0
    // Steps are spread over the epochs for the schedule, though only the first ones have a pass over the forget set.
    let total = training.epochs * training.steps(over: retain.count) + forgetting * training.steps(over: forget.count)
    var trainer = Trainer(
      original, recipe: training, stepsPerEpoch: (total + training.epochs - 1) / max(1, training.epochs), run: run)
    var phases = InformationPhases(original: original, all: retain.appending(forget), method: self, run: run)
    for epoch in 0..<training.epochs {
      try phases.tune(trainer.model, epoch: epoch, steps: epoch == 0 ? firstEstimatorSteps : estimatorSteps)
      if epoch < forgetting { try phases.forget(&trainer, forget, epoch: epoch) }
      try phases.retain(&trainer, sampler.samples(epoch), epoch: epoch)
    }
    return trainer.model
  }
}
