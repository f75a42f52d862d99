import Experiments
import Unlearning

/// The rows that the report tests share: a reference, an original and two methods, over two seeds.
enum ReportRows {
  struct Model {
    var method: String
    var parameters = "{}"
    var varied = ""
    /// By seed.
    var accuracy: [Double]
    var distance: [Double]
    var seconds: [Double]
  }

  static let models = [
    Model(
      method: "trw", parameters: #"{"temperature":0.1,"tilt":10}"#, varied: "tilt=10 temperature=0.1",
      accuracy: [0.9, 0.91], distance: [0.125, 0.125], seconds: [1.5, 2.5]),
    Model(method: "original", accuracy: [0.95, 0.97], distance: [0.5, 0.75], seconds: []),
    Model(method: "retrain", accuracy: [0.92, 0.93], distance: [0.0625, 0.0625], seconds: [100, 110]),
    Model(method: "fine-tune", accuracy: [0.94, 0.925], distance: [0.25, 0.375], seconds: [10, 10]),
  ]

  static let all = rows(of: models)

  private static let roles: [String: ModelRole] = ["retrain": .reference, "original": .original]

  static func rows(of models: [Model], forget: String = "class circle", name: String = "accuracy") -> [ResultRow] {
    let retrained = models.first { $0.method == "retrain" }
    return models.flatMap { model in
      model.accuracy.indices.flatMap { seed in
        func row(
          _ kind: ResultKind, _ name: String, _ values: [Double], _ reference: [Double]?, _ unit: MeasurementUnit,
          _ direction: Direction
        ) -> [ResultRow] {
          guard values.indices.contains(seed) else { return [] }
          let reference = reference.map { $0[seed] }
          return [
            ResultRow(
              experiment: "demo", data: "shapes", architecture: "cnn", forget: forget, method: model.method,
              parameters: model.parameters, seeds: ModelSeeds(training: seed + 1), kind: kind, name: name,
              value: values[seed], unit: unit,
              direction: direction, reference: reference, gap: reference.map { values[seed] - $0 },
              variedParameters: model.varied, role: roles[model.method] ?? .unlearned)
          ]
        }
        return row(.metric, "\(name).retain_test", model.accuracy, retrained?.accuracy, .fraction, .nearest)
          + row(.metric, "run-time.unlearning", model.seconds, nil, .seconds, .lower)
          + row(.attack, "total-variation.forget_test", model.distance, retrained?.distance, .fraction, .lower)
      }
    }
  }
}
