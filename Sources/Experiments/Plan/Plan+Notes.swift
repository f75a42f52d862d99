import Data
import Foundation
import Unlearning

extension Plan {
  /// Notes for the user before a run, on unused data and on pretrained weights.
  public var notes: [String] {
    let data = experiment.data.flatMap { variant in
      var notes = (variant.plugin as? any DatasetSource)?.notes ?? []
      if (variant.plugin as? any PictureSource)?.onBadPicture == .skip {
        notes.append(
          "pictures that cannot be decoded are left out; counts of a plan are without those that cannot be read or are "
            + "neither JPEG nor PNG, and with those that only decoding shows to be damaged, which a run names")
      }
      return notes.map { "\(variant.label): \($0)" }
    }
    let weights = experiment.architectures.flatMap { variant -> [String] in
      guard let weights = (variant.plugin as? any Architecture)?.initialWeights else { return [] }
      return [
        weights.keepsHead
          ? "\(variant.label): originals begin with body and head of \(weights.file.path)"
          : "\(variant.label): originals begin with the body of \(weights.file.path); its head is left out and a new one "
            + "is trained ('head: keep' takes it)",
        "\(variant.label): retrained models begin with the same weights, too; if these were trained on samples that are "
          + "to be forgotten, the reference has seen them, and being close to it does not show that they are forgotten",
      ]
    }
    return data + weights
  }
}
