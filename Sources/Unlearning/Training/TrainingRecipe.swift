public import Data
public import Engine

/// Hyperparameters of a training or fine-tuning: the block `training:` of most methods, and most of `OriginalRecipe`.
public struct TrainingRecipe: ParameterSet, Hashable {
  /// The optimizer; its numbers are `momentum`, `nesterov` and `weightDecay`.
  public enum OptimizerKind: String, Codable, Sendable, CaseIterable { case sgd, adam, adamw }
  /// The shapes of the learning rate over time.
  public enum ScheduleKind: String, Codable, Sendable, CaseIterable {
    case constant, step, cosine
    case multiStep = "multi-step"
    case oneCycle = "one-cycle"
  }

  /// How often the schedule updates the learning rate.
  public enum ScheduleSteps: String, Codable, Sendable, CaseIterable {
    /// At every optimizer step.
    case step
    /// Once an epoch, as PyTorch's schedulers do when `step()` is called after each epoch.
    case epoch
  }

  /// Passes over the training samples, ≥ 0.
  public var epochs = 30
  /// Samples per step.
  public var batchSize = 128
  /// The base learning rate; the highest one for one-cycle.
  public var learningRate = 0.1
  /// The update rule; `momentum` and `nesterov` apply to SGD alone.
  public var optimizer = OptimizerKind.sgd
  /// Momentum of SGD, in [0, 1).
  public var momentum = 0.9
  /// Whether SGD uses Nesterov momentum.
  public var nesterov = false
  /// Weight decay.
  public var weightDecay = 5e-4
  /// The learning rate as a function of time, relative to `learningRate`.
  public var schedule = ScheduleKind.cosine
  /// How often the schedule updates the rate; nil means `step` and keeps the cache keys of files without this
  /// parameter.
  ///
  /// With `epoch` all steps of epoch e of E have the rate of `e`, however many steps an epoch has: a cosine is
  /// `(1 + cos(π·(e − w)/(E − w)))/2` after w epochs of warm-up, rounded up, and 1 before. The warm-up itself always
  /// rises step by step.
  public var scheduleSteps: ScheduleSteps?
  /// Epochs between two decays of the `step` schedule.
  public var stepEpochs = 40
  /// The factor of each decay of `step` and `multi-step`.
  public var stepFactor = 0.1
  /// The epochs at which `multi-step` decays the rate.
  public var milestones: [Int] = []
  /// The fraction of the steps of one-cycle in which the rate rises.
  public var rise = 0.3
  /// Epochs of linear warm-up from 0.
  public var warmUpEpochs = 0.0
  /// Label smoothing.
  public var labelSmoothing = 0.0
  /// Random transformations of training images.
  public var augmentation = Augmentation.none

  /// SGD at rate 0.1 along a cosine, 30 epochs of batches of 128.
  public init() {}

  /// The default recipe with some values replaced.
  public init(
    epochs: Int, learningRate: Double, batchSize: Int = 128, optimizer: OptimizerKind = .sgd,
    schedule: ScheduleKind = .constant, stepEpochs: Int = 40, momentum: Double = 0.9, weightDecay: Double = 5e-4
  ) {
    self.epochs = epochs
    self.learningRate = learningRate
    self.batchSize = batchSize
    self.optimizer = optimizer
    self.schedule = schedule
    self.stepEpochs = stepEpochs
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  /// The meaning and range of each hyperparameter.
  public static let fields: [ParameterField] = [
    ParameterField("epochs", "passes over the data", .epochs(from: 0)),
    ParameterField("batch_size", "samples per step", .batchSize),
    ParameterField("learning_rate", "base learning rate; the maximum of 'one-cycle'", .positive),
    ParameterField("optimizer", "optimizer", .oneOf(OptimizerKind.allCases.map(\.rawValue))),
    ParameterField("momentum", "momentum of SGD", .halfOpen(0, 1)),
    ParameterField("nesterov", "whether SGD uses Nesterov momentum"),
    ParameterField("weight_decay", "weight decay", .weight),
    ParameterField("schedule", "learning rate as a function of time", .oneOf(ScheduleKind.allCases.map(\.rawValue))),
    ParameterField(
      "schedule_steps", "whether the learning rate is updated at every step or once an epoch; null: at every step",
      .oneOf(ScheduleSteps.allCases.map(\.rawValue))),
    ParameterField("step_epochs", "epochs between two decays of the learning rate by 'step'", .epochs(from: 1)),
    ParameterField("step_factor", "factor of each decay by 'step' and 'multi-step'", .openClosed(0, 1)),
    ParameterField(
      "milestones", "epochs, counted from 0, at which 'multi-step' decays the learning rate", .epochs(from: 0)),
    ParameterField("rise", "fraction of the steps of 'one-cycle' in which the learning rate rises", .open(0, 1)),
    ParameterField("warm_up_epochs", "epochs of linear warm-up of the learning rate from 0", .epochs(from: 0)),
    ParameterField("label_smoothing", "label smoothing ε: targets are (1 − ε)·one-hot + ε/K", .halfOpen(0, 1)),
    ParameterField(
      "augmentation.padding", "largest random shift in pixels, in each direction of both axes", .closed(0, 1024)),
    ParameterField("augmentation.flip", "whether images are mirrored horizontally at random"),
    ParameterField("augmentation.resized_crop", "whether images are random crops, resized to the full size"),
  ]

  /// How many batches one pass over `count` samples has; the last may be smaller than the others.
  public func steps(over count: Int) -> Int { (count + batchSize - 1) / batchSize }

  /// A new optimizer with the hyperparameters of this recipe and empty state.
  public func makeOptimizer() -> any Optimizer {
    switch optimizer {
    case .sgd: SGD(momentum: Float(momentum), weightDecay: Float(weightDecay), nesterov: nesterov)
    case .adam: Adam(weightDecay: Float(weightDecay))
    case .adamw: Adam(weightDecay: Float(weightDecay), decoupled: true)
    }
  }

  /// The learning rate of step `step`, counted from 0 over the whole training.
  ///
  /// - Parameters:
  ///   - step: The index of the step in the whole training.
  ///   - epoch: The epoch of the step, counted from 0; nil where every epoch has `stepsPerEpoch` steps.
  ///   - stepsPerEpoch: The steps of an epoch; their mean where epochs differ.
  public func learningRate(step: Int, epoch: Int? = nil, stepsPerEpoch: Int) -> Float {
    let shape: LearningRateSchedule =
      switch schedule {
      case .constant: .constant
      case .step: .step(epochs: stepEpochs, factor: stepFactor)
      case .multiStep: .multiStep(epochs: milestones, factor: stepFactor)
      case .cosine: .cosine
      case .oneCycle: .oneCycle(rise: rise)
      }
    guard scheduleSteps == .epoch else {
      return Float(
        learningRate
          * shape.factor(step: step, stepsPerEpoch: stepsPerEpoch, epochs: epochs, warmUpEpochs: warmUpEpochs))
    }
    // Only the cosine is annealed over the epochs after warm-up; the other schedules count epochs of the whole
    // training.
    let skipped = schedule == .cosine ? min(Int(warmUpEpochs.rounded(.up)), epochs) : 0
    let position = max(0, (epoch ?? step / max(1, stepsPerEpoch)) - skipped)
    let warm = LearningRateSchedule.constant.factor(
      step: step, stepsPerEpoch: stepsPerEpoch, epochs: epochs, warmUpEpochs: warmUpEpochs)
    return Float(learningRate * warm * shape.factor(step: position, stepsPerEpoch: 1, epochs: epochs - skipped))
  }
}
