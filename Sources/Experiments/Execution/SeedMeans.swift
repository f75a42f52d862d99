import JSON
import Unlearning

/// Comparisons of means over seeds, which belong to no single model.
struct SeedMeans {
  /// The measured values of one cell.
  private struct Values {
    var cell: Cell
    var numbers: [String: Double] = [:]
  }

  private var models: [ModelsOfMethod: [Values]] = [:]
  /// The values of each group's retrained models, by seed.
  private var references: [String: [Int: [String: Double]]] = [:]
  private var order: [ModelsOfMethod] = []

  /// Records the values of the next cell, by full name.
  mutating func note(_ numbers: [String: Double], of cell: Cell) {
    guard cell.role != .reference else { return references[cell.group, default: [:]][cell.seed] = numbers }
    let model = ModelsOfMethod(cell)
    if models[model] == nil { order.append(model) }
    models[model, default: []].append(Values(cell: cell, numbers: numbers))
  }

  /// A row for every seed of each model that has all terms in all seeds, as have the retrained models of these seeds.
  func rows(of plan: Plan, _ steps: [StepKey: Step]) throws -> [ResultRow] {
    try order.flatMap { model -> [ResultRow] in
      let seeds = models[model] ?? []
      return try (seeds.first?.cell.probes ?? []).flatMap { probe -> [ResultRow] in
        guard let body = steps[probe.key]?.body as? MeasureStep,
          let comparison = try plan.plugins.probe(body.probe, .metric) as? any ComparisonOfMeans
        else { return [] }
        return rows(comparison, probe.name, plan, seeds)
      }
    }
  }

  private func rows(
    _ comparison: some ComparisonOfMeans, _ name: String, _ plan: Plan, _ seeds: [Values]
  ) -> [ResultRow] {
    let terms = comparison.measurementsRead
    let pairs = seeds.map { values in
      terms.map { term -> (own: Double, retrained: Double)? in
        guard let own = values.numbers[term],
          let other = references[values.cell.group]?[values.cell.seed]?[term]
        else { return nil }
        return (own, other)
      }.whole()
    }
    guard let known = pairs.whole() else { return [] }
    func value(_ seeds: [[(own: Double, retrained: Double)]]) -> Double {
      comparison.value(
        terms.indices.map { term in abs(seeds.map { $0[term].own }.mean - seeds.map { $0[term].retrained }.mean) })
    }
    let kind = type(of: comparison).ofMeans
    return seeds.enumerated().map { place, values in
      let cell = values.cell
      return ResultRow(
        experiment: plan.experiment.name, data: cell.data, architecture: cell.architecture, forget: cell.forget,
        method: cell.method, parameters: cell.parameters.canonicalText, seeds: cell.seeds, kind: .metric,
        name: "\(name).\(kind.name)", value: value(known), unit: kind.unit, direction: kind.direction,
        spread: .jackknife(known, at: place, value), variedParameters: cell.variedParameters, role: cell.role)
    }
  }
}
