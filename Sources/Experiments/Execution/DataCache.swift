import Data
import Engine
import Foundation
import Synchronization
import Unlearning

/// The data sets of an experiment, loaded on first use and shared by all steps.
final class DataCache: Sendable {
  private let plugins: PluginMaker
  private let loaded = Mutex<[ConfiguredData: DataSplits]>([:])
  private let splits = Mutex<[SplitKey: ForgetSplit]>([:])

  private struct SplitKey: Hashable {
    var data: ConfiguredData
    var request: ForgetRequest
    var seed: Int
  }

  private let countsOnly: Bool
  private let planned: PlannedFiles
  private let note: @Sendable (String) -> Void
  private let watch: DecodingWatch

  /// - Parameters:
  ///   - planned: The planned content of the files, which is verified on loading.
  ///   - countsOnly: Whether only counts are needed, so that pixels need not be loaded.
  ///   - note: Receives messages on how a request splits groups.
  ///   - watch: Receives the progress of decoding pictures.
  init(
    _ plugins: PluginMaker, planned: PlannedFiles, countsOnly: Bool = false,
    note: @escaping @Sendable (String) -> Void = { _ in },
    watch: @escaping DecodingWatch = { _, _ in true }
  ) {
    self.plugins = plugins
    self.planned = planned
    self.countsOnly = countsOnly
    self.note = note
    self.watch = watch
  }

  /// A data set without its validation rows.
  func data(_ data: ConfiguredData) throws -> DataSplits {
    try loaded.withLock { cache in
      if let known = cache[data] { return known }
      let source = try plugins.dataset(data.source)
      // A source may allocate tensors; a thread that fails to get memory for them must not keep this lock.
      var splits = try Thread.wait { [self] in
        try planned.checking { try countsOnly ? source.outline() : load(source) }
      }
      if data.validationFraction > 0 {
        // One draw for all seeds, so that all models of a grid are trained on the same rows.
        let random = RandomSource(seed: 0).stream("validation")
        splits = try splits.holdingOut(validationFraction: data.validationFraction, random: random)
      }
      cache[data] = splits
      return splits
    }
  }

  private func load(_ source: any DatasetSource) throws(DataError) -> DataSplits {
    if let pictures = source as? any PictureSource { return try pictures.load(watch: watch, note: note) }
    let splits = try source.load()
    // Verified again, for sources that do not verify the files that they read.
    try planned.verify(try source.localFiles())
    return splits
  }

  /// The data of `setting`, split by its forget request.
  func split(_ setting: StepSetting) throws -> ForgetSplit {
    try split(setting.data, by: setting.request, drawSeed: setting.seeds.ofDraw, label: setting.requestLabel)
  }

  /// A data set, split by `request`, which messages call `label`.
  func split(
    _ source: ConfiguredData, by request: ForgetRequest, drawSeed: Int, label: String
  ) throws -> ForgetSplit {
    let data = try data(source)
    let key = SplitKey(data: source, request: request, seed: drawSeed)
    return try splits.withLock { cache in
      if let known = cache[key] { return known }
      let random = RandomSource(seed: UInt64(drawSeed)).stream("forget request")
      let split = try request.split(data, random: random)
      // Draws of the same request differ in samples, not in counts.
      let isFirst = !cache.keys.contains { $0.data == key.data && $0.request == key.request }
      if isFirst, case .groups = request {
        note("\(label): \(Self.groupCounts(of: split))")
      }
      cache[key] = split
      return split
    }
  }

  /// "training samples before → after: 0-4/red 27496 → 27496, 0-4/green 3100 → 1550, …".
  private static func groupCounts(of split: ForgetSplit) -> String {
    let kept = split.retainTrain.groupSizes ?? [], forgotten = split.forgetTrain.groupSizes ?? []
    let counts = zip(kept, forgotten).enumerated().map { group, sizes in
      "\(split.retainTrain.groupName(group) ?? "\(group)") \(sizes.0 + sizes.1) → \(sizes.0)"
    }
    return "training samples before → after: \(counts.joined(separator: ", "))"
  }
}
