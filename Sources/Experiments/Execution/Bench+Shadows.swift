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

  /// The shadow models of `shadows`, with what they were trained on and forgot of the request's samples.
  func shadowBank(_ setting: StepSetting, _ shadows: ProbeTarget.Shadows) throws -> ShadowBank {
    if let members = shadows.members { return try importedShadowBank(setting, shadows, members) }
    let train = try workshop.data.data(setting.data).train
    let judged = try split(setting).forgetTrain.indices
    var (isMember, isForgotten): ([[Bool]], [[Bool]]) = ([], [])
    for seed in shadows.seeds {
      let half = Set(ShadowDraw.half(of: train, seed: seed).map { train.indices[$0] })
      isMember.append(judged.map(half.contains))
      let members = judged.filter(half.contains)
      for number in 0..<shadows.forgetsPerModel {
        let draw = ShadowDraw(number: number, fraction: shadows.forgetFraction)
        let forgotten = Set(members.count > 1 ? draw.forgotten(of: members, seed: seed) : [])
        isForgotten.append(judged.map(forgotten.contains))
      }
    }
    let originalsOfUnlearned = shadows.seeds.indices.flatMap { place in
      [Int](repeating: place, count: shadows.forgetsPerModel)
    }
    let originals = bank(shadows.originals)
    return ShadowBank(
      originals: originals,
      unlearned: shadows.unlearned.isEmpty ? originals.selecting(originalsOfUnlearned) : bank(shadows.unlearned),
      originalsOfUnlearned: originalsOfUnlearned, isMember: isMember, isForgotten: isForgotten)
  }
}
