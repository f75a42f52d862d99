import Data
import Engine
public import Unlearning

/// Laws for every unlearning method.
public enum MethodLaws {
  /// The laws that `method` violates with its default parameters on `problem`.
  public static func violations<M: UnlearningMethod>(of type: M.Type, on problem: TinyProblem) throws -> [Violation] {
    try violations(of: type, on: problem, parameters: M())
  }

  /// The laws that `method` violates with `parameters` on `problem`.
  public static func violations<M: UnlearningMethod>(
    of type: M.Type, on problem: TinyProblem, parameters: M
  ) throws -> [Violation] {
    let method = try M(parameters)
    var found: [Violation] = []
    for kind in RequestKind.allCases where M.serves.contains(kind) {
      let split = try problem.split(kind.example)
      found += try serving(method, kind, split, problem)
    }
    if M.serves.isEmpty { found.append(Violation("serves some request", "it serves none")) }
    return found + stopping(method, problem)
  }

  private static func serving<M: UnlearningMethod>(
    _ method: M, _ kind: RequestKind, _ split: ForgetSplit, _ problem: TinyProblem
  ) throws -> [Violation] {
    let original = problem.original
    func unlearn(from start: Classifier, seed: UInt64 = 1) throws -> Classifier {
      let run = problem.run(seed: seed, forgottenClasses: split.forgottenClasses)
      return try method.apply(to: start, forget: split.forgetTrain, retain: split.retainTrain, run: run)
    }
    var found: [Violation] = []
    let model = try unlearn(from: original)
    let again = try unlearn(from: original)
    if model.parameters != again.parameters || model.statistics != again.statistics {
      found.append(Violation("same seed, same bits", "two calls for \(kind.rawValue) differ"))
    }
    if !model.parameters.isFinite || !model.statistics.isFinite {
      found.append(Violation("finite", "the model has infinite numbers or NaN"))
    }
    let shapes = { (tensors: NamedTensors) in tensors.values.map(\.shape) }
    if model.parameters.names != original.parameters.names
      || shapes(model.parameters) != shapes(original.parameters)
      || model.statistics.names != original.statistics.names
    {
      found.append(Violation("keeps the architecture", "names or shapes of parameters changed"))
    }
    if !M.needs.contains(.originalModel) {
      let other = TinyProblem.makeClassifier(RandomSource(seed: 77))
      if try unlearn(from: other).parameters != model.parameters {
        found.append(Violation("declares what it needs", "it reads the original model and does not say so"))
      }
    }
    if !M.needs.contains(.retainData) {
      let run = problem.run(forgottenClasses: split.forgottenClasses)
      let none = split.retainTrain.selecting([])
      let alone = try? method.apply(to: original, forget: split.forgetTrain, retain: none, run: run)
      if alone?.parameters != model.parameters {
        found.append(Violation("declares what it needs", "it reads retain data and does not say so"))
      }
    }
    return found
  }

  private static func stopping<M: UnlearningMethod>(_ method: M, _ problem: TinyProblem) -> [Violation] {
    guard let kind = RequestKind.allCases.first(where: M.serves.contains),
      let split = try? problem.split(kind.example)
    else { return [] }
    var cancelled = problem.run(forgottenClasses: split.forgottenClasses)
    cancelled.isCancelled = { true }
    let stopped = failure {
      try method.apply(to: problem.original, forget: split.forgetTrain, retain: split.retainTrain, run: cancelled)
    }
    return stopped as? UnlearningError == .cancelled
      ? [] : [Violation("stops when cancelled", "it \(stopped.map { "threw \($0)" } ?? "returned")")]
  }

  private static func failure(_ body: () throws -> Classifier) -> (any Error)? {
    do { _ = try body() } catch { return error }
    return nil
  }
}

extension RequestKind {
  /// A request of this kind for the tiny problem.
  var example: ForgetRequest {
    switch self {
    case .oneClass: .classes([1])
    case .severalClasses: .classes([0, 2])
    case .samples: .fraction(0.25)
    }
  }
}
