import Data
import Unlearning

extension ForgetRequest {
  /// The kind of this request, as methods declare it in `serves`.
  var kind: RequestKind {
    switch self {
    case .classes(let classes): classes.count == 1 ? .oneClass : .severalClasses
    case .fraction, .count, .indices, .groups: .samples
    }
  }
}
