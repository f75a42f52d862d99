public import Data
public import Engine

extension UnlearningMethod {
  /// Whether it reads the sensitive attribute: as it declares, or where it draws by groups as its reference does.
  package var readsGroups: Bool { Self.needs.contains(.groups) || reference == .reweight }

  /// Whether it reads the labels of the forget set; a group is made of a label and a value of the attribute.
  package var readsForgetLabels: Bool { Self.needs.contains(.forgetLabels) || readsGroups }

  /// Unlearns after checking the data and the request against `needs` and `serves`.
  ///
  /// The labels of the forget set are hidden from a method that does not declare that it needs them.
  /// - Throws: `emptyForgetSet`; `emptyRetainSet` where `needs` has retain data; `unsupportedRequest` where `serves`
  ///   lacks the kind of the request; what `unlearn` throws.
  public func apply(to original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    guard !forget.isEmpty else { throw UnlearningError.emptyForgetSet }
    guard !retain.isEmpty || !Self.needs.contains(.retainData) else { throw UnlearningError.emptyRetainSet }
    guard let request = run.request else { preconditionFailure("an unlearning call has a request") }
    guard Self.serves.contains(request.kind) else {
      let served = RequestKind.allCases.filter(Self.serves.contains).map(\.rawValue).joined(separator: ", ")
      throw UnlearningError.unsupportedRequest(
        "'\(Self.card.name)' serves requests of kind \(served); this one is of kind \(request.kind.rawValue)")
    }
    let shown = readsForgetLabels ? forget : forget.hidingLabels(in: run)
    return try unlearn(original, forget: shown, retain: retain, run: run)
  }
}

extension Dataset {
  /// The same images with their labels replaced by one that the request alone gives: the first forgotten class or, for
  /// samples, 0.
  package func hidingLabels(in run: Run) -> Dataset {
    relabeled([Int](repeating: run.forgottenClasses.first ?? 0, count: count))
  }
}
