public import Data

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
  /// Checks that the data and the request are ones that the method declares it can work with.
  ///
  /// - Throws: `emptyForgetSet`; `emptyRetainSet` where `needs` has retain data; `unsupportedRequest` where `serves`
  ///   lacks the kind of the request.
  public func requireData(forget: Dataset, retain: Dataset, run: Run) throws(UnlearningError) {
    guard !forget.isEmpty else { throw .emptyForgetSet }
    guard !retain.isEmpty || !Self.needs.contains(.retainData) else { throw .emptyRetainSet }
    guard Self.serves.contains(run.requestKind) else {
      let served = RequestKind.allCases.filter(Self.serves.contains).map(\.rawValue).joined(separator: ", ")
      throw .unsupportedRequest(
        "'\(Self.card.name)' serves requests of kind \(served); this one is of kind \(run.requestKind.rawValue)")
    }
  }
}
