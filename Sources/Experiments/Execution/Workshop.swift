import Data
import Engine
import Foundation
import Logging
import Synchronization
import Unlearning

/// State shared by all steps of a process: plugins, data, pretrained weights and cached predictions.
final class Workshop: Sendable {
  let store: Store
  let plugins: PluginMaker
  let data: DataCache
  let planned: PlannedFiles
  let outputs: OutputsCache
  let observer: any ExecutionObserver
  let log: Logger
  /// The steps that run at the moment.
  let activity = StepActivity()
  private let energyCounter: EnergyCounter?
  private let cancellation = Cancellation()
  /// Pretrained weights, by data set and architecture.
  private let initialTensors = Mutex<[Model: NamedTensors]>([:])

  private struct Model: Hashable {
    var data: ConfiguredData
    var architecture: Configured
  }

  /// The memory of predictions that are kept for the next attack: 100 models of 60,000 samples and 10 classes.
  private static let cachedBytes = 1 << 28
  /// The interval of progress messages while pictures are decoded.
  private static let notingInterval = Duration.seconds(10)

  init(
    _ plan: Plan, store: Store, observer: any ExecutionObserver, log: Logger, energyCounter: EnergyCounter?
  ) {
    self.store = store
    self.energyCounter = energyCounter
    self.observer = observer
    self.log = log
    plugins = plan.plugins
    let cancellation = cancellation
    let lastNoted = Mutex(ContinuousClock.now)
    planned = plan.files
    data = DataCache(plan.plugins, planned: planned) {
      observer.noted($0)
    } watch: { done, missing in
      let isDue = lastNoted.withLock { last in
        guard .now - last >= Self.notingInterval else { return false }
        last = .now
        return true
      }
      if isDue { observer.noted("\(done) of \(missing) pictures are decoded") }
      return !cancellation.isRequested
    }
    outputs = OutputsCache(limit: Self.cachedBytes)
  }

  /// Begins to measure energy; nil where the machine has no counter.
  func energyMeter() -> EnergyMeter? { energyCounter.flatMap { EnergyMeter($0, activity) } }

  func cancel() { cancellation.request() }
  var isCancelled: Bool { cancellation.isRequested }

  /// A flag that running steps poll.
  private final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    func request() { flag.store(true, ordering: .relaxed) }
    var isRequested: Bool { flag.load(ordering: .relaxed) }
  }

  /// The pretrained weights of a setting's models, nil for none; read once.
  func initialWeights(_ setting: StepSetting) throws -> NamedTensors? {
    guard let weights = try plugins.architecture(setting.architecture).initialWeights else { return nil }
    return try initialTensors.withLock { known in
      let model = Model(data: setting.data, architecture: setting.architecture)
      if let tensors = known[model] { return tensors }
      // A thread that fails to get memory for the tensors must not keep this lock.
      let tensors = try Thread.wait { [self] in
        try planned.checking {
          try weights.tensors(for: try factory(setting)(RandomSource(seed: 0)))
        }
      }
      known[model] = tensors
      return tensors
    }
  }

  /// Makes a setting's models with random parameters.
  func factory(_ setting: StepSetting) throws -> ClassifierFactory {
    let train = try data.data(setting.data).train
    return try ClassifierFactory(
      plugins.architecture(setting.architecture), imageShape: train.imageShape, classCount: train.classCount)
  }
}
