import Data
import Dispatch
import Engine
import Foundation
import Synchronization
import Unlearning

/// Times a few steps of an architecture on random images, with several copies that share the threads.
///
/// After `OutOfMemory` it must not be used again: the copy that got no memory is lost with its thread.
struct StepClock {
  private let models: [TimedModel]
  /// The images of a timed step, and the largest batch of the workload.
  private let images: Int, batchSize: Int

  /// The pixels of one timed step, or those of eight images if more: enough to be representative, few enough to be
  /// fast.
  private static let pixels = 1 << 16
  private static let seconds = 0.1

  /// A clock for `copies` models, on images like those of `data`.
  ///
  /// - Throws: `ParameterError` when the architecture cannot take the images.
  init(_ load: Workload, _ plugins: PluginMaker, like data: Dataset, copies: Int = 1) throws {
    let architecture = try plugins.architecture(load.setting.architecture)
    let images = min(load.batchSize, max(8, Self.pixels / (data.imageShape[0] * data.imageShape[1])))
    models = try (0..<copies).map { _ in try TimedModel(architecture, data, batch: images) }
    self.images = images
    batchSize = load.batchSize
  }

  /// Seconds per image of a training step, over all copies together.
  ///
  /// - Throws: `OutOfMemory`.
  func training() throws -> Double { try perImage { $0.train() } }

  /// Seconds per image of an evaluation, over all copies together.
  ///
  /// - Throws: `OutOfMemory`.
  func prediction() throws -> Double { try perImage { $0.predict() } }

  /// The peak tensor bytes of one copy in a training step, scaled to the whole batch.
  var peakBytes: Int { models[0].peakBytes * batchSize / images }

  private func perImage(_ body: @escaping @Sendable (TimedModel) -> Void) throws -> Double {
    // The first step warms up.
    let steps = max(1, min(100, Int(Self.seconds / (try seconds(1, body)))))
    return try seconds(steps, body) / Double(steps * images * models.count)
  }

  private func seconds(_ steps: Int, _ body: @escaping @Sendable (TimedModel) -> Void) throws -> Double {
    let group = DispatchGroup()
    let failure = Mutex<(any Error)?>(nil)
    let seconds = ContinuousClock().measure {
      for model in models {
        group.enter()
        Thread.runStep {
          Runtime.asJob { for _ in 0..<steps { body(model) } }
        } ended: { result in
          if case .failure(let error) = result { failure.withLock { $0 = error } }
          group.leave()
        }
      }
      group.wait()
    }.inSeconds
    if let failure = failure.withLock({ $0 }) { throw failure }
    return seconds
  }
}

/// A model that is trained repeatedly on one batch.
private final class TimedModel: Sendable {
  private struct State {
    var classifier: Classifier
    var optimizer: any Optimizer
    var peakBytes = 0
  }
  private let state: Mutex<State>
  private let images: Tensor
  private let labels: [Int]

  init(_ architecture: any Architecture, _ data: Dataset, batch: Int) throws {
    let random = RandomSource(seed: 0)
    let classifier = try architecture.makeClassifier(
      imageShape: data.imageShape, classCount: data.classCount, random: random)
    var draw = random.stream("images")
    images = Tensor(normal: [batch] + data.imageShape, random: &draw)
    labels = (0..<batch).map { $0 % data.classCount }
    state = Mutex(State(classifier: classifier, optimizer: TrainingRecipe().makeOptimizer()))
  }

  var peakBytes: Int { state.withLock { $0.peakBytes } }

  func train() {
    state.withLock { state in
      let peak = MemoryMeter.measure {
        let (_, gradients, _) = state.classifier.gradient(mode: .train(RandomSource(seed: 0))) { model, pass in
          model(Variable(images), in: pass).logits.crossEntropy(labels)
        }
        state.optimizer.update(&state.classifier.parameters, along: gradients, learningRate: 0.01)
      }.peakBytes
      state.peakBytes = max(state.peakBytes, peak)
    }
  }

  func predict() { state.withLock { state in _ = state.classifier.evaluate(images) } }
}
