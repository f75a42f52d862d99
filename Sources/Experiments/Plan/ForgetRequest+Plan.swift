import Data
import Unlearning

extension ForgetRequest {
  /// What kind of request this is, as methods' cards tell it.
  var kind: RequestKind {
    switch self {
    case .classes(let classes): classes.count == 1 ? .oneClass : .severalClasses
    case .fraction, .count, .indices, .groups: .samples
    }
  }

  /// For the labels of steps.
  var shortLabel: String {
    switch self {
    case .classes(let classes): "class \(classes.map(String.init).joined(separator: "+"))"
    case .fraction(let fraction): "samples \(fraction)"
    case .count(let count): "samples \(count)"
    case .indices(let indices): "\(indices.count) indices"
    case .groups(let groups, let ratio):
      "group \(groups.map { "\($0.target)/\($0.sensitive)" }.joined(separator: "+")) \(ratio)"
    }
  }
}
