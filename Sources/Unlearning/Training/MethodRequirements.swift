public import Data
public import Engine

extension Run {
  /// What kind of request this run serves.
  public var requestKind: RequestKind {
    switch forgottenClasses.count {
    case 0: .samples
    case 1: .oneClass
    default: .severalClasses
    }
  }
}

extension UnlearningMethod {
  /// Unlearns where the data and the request are ones that the method declares it can work with.
  ///
  /// - Throws: `emptyForgetSet`; `emptyRetainSet` where `needs` has retain data; `unsupportedRequest` where `serves`
  ///   lacks the kind of the request; what `unlearn` throws.
  public func apply(to original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    guard !forget.isEmpty else { throw UnlearningError.emptyForgetSet }
    guard !retain.isEmpty || !Self.needs.contains(.retainData) else { throw UnlearningError.emptyRetainSet }
    guard Self.serves.contains(run.requestKind) else {
      let served = RequestKind.allCases.filter(Self.serves.contains).map(\.rawValue).joined(separator: ", ")
      throw UnlearningError.unsupportedRequest(
        "'\(Self.card.name)' serves requests of kind \(served); this one is of kind \(run.requestKind.rawValue)")
    }
    return try unlearn(original, forget: forget, retain: retain, run: run)
  }
}
