import JSON

/// What the models of one method, with one set of parameters and one round of unlearning seeds, have in common over the
/// seeds of training.
struct ModelsOfMethod: Hashable {
  /// The data, architecture and forget request.
  let group: String
  private let method: String
  private let parameters: String
  private let round: Int

  /// The models of which that of `cell` is one.
  init(_ cell: Cell) {
    (group, method, parameters, round) = (cell.group, cell.method, cell.parameters.canonicalText, cell.round)
  }
}
