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
}
