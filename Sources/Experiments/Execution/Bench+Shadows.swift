import Data
import Engine
import Unlearning

/// Shadow models of random halves: their data, and what is known of their members.
extension Bench {
  /// The half of an original, split by what the model of `draw` forgets.
  ///
  /// - Throws: `DataError.emptyForgetSet` where the half has fewer than two samples of the request.
  func shadowSplit(_ setting: StepSetting, _ draw: ShadowDraw) throws -> ForgetSplit {
    var data = try workshop.data.data(setting.data)
    let requested = Set(try split(setting).forgetTrain.indices)
    data.train = data.train.selecting(ShadowDraw.half(of: data.train, seed: setting.seeds.training))
    let members = data.train.indices.filter(requested.contains)
    guard members.count > 1 else { throw DataError.emptyForgetSet(setting.request) }
    let request = ForgetRequest.indices(draw.forgotten(of: members, seed: setting.seeds.training))
    // Listed samples are not drawn.
    return try request.split(data, random: RandomSource(seed: 0))
  }

  /// Whether each original was trained on each judged sample, whether each unlearned model has forgotten it, and the
  /// original of each unlearned model.
  typealias ShadowRows = (isMember: [[Bool]], isForgotten: [[Bool]], originalsOfUnlearned: [Int])

  /// The shadow models of `shadows`, with what they were trained on and forgot of the request's samples.
  func shadowBank(_ setting: StepSetting, _ shadows: ProbeTarget.Shadows) throws -> ShadowBank {
    let judged = try split(setting).forgetTrain.indices
    let rows =
      try shadows.members.map { try importedRows($0, judged: judged) } ?? drawnRows(setting, shadows, judged: judged)
    let originals = bank(shadows.originals)
    return ShadowBank(
      originals: originals,
      unlearned: shadows.unlearned.isEmpty ? originals.selecting(rows.originalsOfUnlearned) : bank(shadows.unlearned),
      originalsOfUnlearned: rows.originalsOfUnlearned, isMember: rows.isMember, isForgotten: rows.isForgotten)
  }

  /// What the seeds of the originals draw of the `judged` samples.
  private func drawnRows(
    _ setting: StepSetting, _ shadows: ProbeTarget.Shadows, judged: [Int]
  ) throws -> ShadowRows {
    let train = try workshop.data.data(setting.data).train
    var rows: ShadowRows = ([], [], [])
    for (place, seed) in shadows.seeds.enumerated() {
      let half = Set(ShadowDraw.half(of: train, seed: seed).map { train.indices[$0] })
      rows.isMember.append(judged.map(half.contains))
      let members = judged.filter(half.contains)
      for number in 0..<shadows.forgetsPerModel {
        let draw = ShadowDraw(number: number, fraction: shadows.forgetFraction)
        let forgotten = Set(members.count > 1 ? draw.forgotten(of: members, seed: seed) : [])
        rows.isForgotten.append(judged.map(forgotten.contains))
        rows.originalsOfUnlearned.append(place)
      }
    }
    return rows
  }
}
