public import Unlearning

extension Experiment {
  /// The cards of all plugins that the file uses, without duplicates.
  ///
  /// Data sets, architectures, the reference, methods, attacks and metrics, each in the order of the file.
  public func cards(in registry: Registry) -> [Card] {
    // Of the models of an audit nothing is known.
    let axes = isAudit ? [[], [], [], attacks, metrics] : [data, architectures, methods, attacks, metrics]
    let reference = isAudit ? [] : registry.method(PlanBuilder.referenceName).map { [$0.card] } ?? []
    let cards =
      axes.prefix(2).joined().map { type(of: $0.plugin).card } + reference
      + axes.dropFirst(2).joined().map { type(of: $0.plugin).card }
    var known: Set<String> = []
    return cards.filter { known.insert($0.name).inserted }
  }
}
