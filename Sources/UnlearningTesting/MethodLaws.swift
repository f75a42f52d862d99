import Data
import Engine
public import Unlearning

/// Laws for every unlearning method.
public enum MethodLaws {
  /// The laws that the method violates on `problem`, with its defaults and with each of `examples`.
  public static func violations<M: UnlearningMethod>(
    of type: M.Type, on problem: TinyProblem, examples: Examples = Examples()
  ) throws -> [Violation] {
    var found: [Violation] = []
    if M.serves.isEmpty { found.append(Violation(.servesSomeRequest, "it serves none")) }
    let methods = try examples.plugins(M.self)
    let requests = try RequestKind.allCases.filter(M.serves.contains).map { kind in
      Request(kind: kind, problem: problem, split: try problem.split(kind.example))
    }
    for method in methods {
      // Parameters may narrow what a method serves: a sampling by groups, for instance, needs members of each.
      let served = requests.filter { (try? $0.unlearn(method)) != nil }
      if served.isEmpty, let first = requests.first { _ = try first.unlearn(method) }
      for request in served { found += try violations(of: method, request) }
    }
    if let method = methods.first { found += requests.prefix(1).flatMap { stopping(method, $0) } }
    found += ParameterLaw.violations(methods, examples) { method in
      let method = try M(method)
      return requests.map { try? Numbers(of: $0.unlearn(method)) }
    }
    return found
  }

  /// What two models are compared by.
  private struct Numbers: Equatable {
    var parameters: NamedTensors
    var statistics: NamedTensors
    init(of model: Classifier) { (parameters, statistics) = (model.parameters, model.statistics) }
  }

  /// A forget request of the tiny problem.
  private struct Request {
    var kind: RequestKind
    var problem: TinyProblem
    var split: ForgetSplit
    var run: Run { problem.run(forgetting: split.request) }

    func unlearn(_ method: some UnlearningMethod, run: Run? = nil) throws -> Classifier {
      try method.apply(
        to: problem.original, forget: split.forgetTrain, retain: split.retainTrain, run: run ?? self.run)
    }
  }

  private static func violations<M: UnlearningMethod>(of method: M, _ request: Request) throws -> [Violation] {
    let original = request.problem.original
    var found: [Violation] = []
    let model = try request.unlearn(method)
    if try Numbers(of: request.unlearn(method)) != Numbers(of: model) {
      return [Violation(.isDeterministic, "two calls for \(request.kind.rawValue) differ")]
    }
    if !model.parameters.isFinite || !model.statistics.isFinite {
      found.append(Violation(.isFinite, "the model has infinite numbers or NaN"))
    }
    let shapes = { (tensors: NamedTensors) in tensors.values.map(\.shape) }
    if model.parameters.names != original.parameters.names
      || shapes(model.parameters) != shapes(original.parameters)
      || model.statistics.names != original.statistics.names
    {
      found.append(Violation(.keepsArchitecture, "names or shapes of parameters changed"))
    }
    return try found + honesty(method, request)
  }

  /// Takes away, one after another, what the method does not declare that it needs; that changes nothing.
  private static func honesty<M: UnlearningMethod>(_ method: M, _ request: Request) throws -> [Violation] {
    let original = request.problem.original
    let (forget, retain, run) = (request.split.forgetTrain, request.split.retainTrain, request.run)
    // Not by `apply`, which hides something itself.
    let model = try method.unlearn(original, forget: forget, retain: retain, run: run)
    var without: [(need: MethodNeed, unlearn: () throws -> Classifier)] = []
    if !M.needs.contains(.originalModel) {
      let other = TinyProblem.makeClassifier(RandomSource(seed: 77))
      without.append((.originalModel, { try method.unlearn(other, forget: forget, retain: retain, run: run) }))
    }
    if !M.needs.contains(.retainData) {
      let none = retain.selecting([])
      without.append((.retainData, { try method.unlearn(original, forget: forget, retain: none, run: run) }))
    }
    if !method.readsForgetLabels {
      let hidden = forget.hidingLabels(in: run)
      without.append((.forgetLabels, { try method.unlearn(original, forget: hidden, retain: retain, run: run) }))
    }
    if !method.readsGroups {
      without.append(
        (
          .groups,
          {
            let split = try request.problem.withoutGroups.split(request.split.request)
            return try method.unlearn(original, forget: split.forgetTrain, retain: split.retainTrain, run: run)
          }
        ))
    }
    return without.compactMap { need, unlearn in
      let same: Bool
      do {
        same = try Numbers(of: unlearn()) == Numbers(of: model)
      } catch {
        // Where a parameter alone decides whether retain data are read, the method says that they are missing.
        same = need == .retainData && error as? UnlearningError == .emptyRetainSet
      }
      return same ? nil : Violation(.declaresWhatItReads, "it reads \(need.rawValue) and does not say so")
    }
  }

  private static func stopping(_ method: some UnlearningMethod, _ request: Request) -> [Violation] {
    var run = request.run
    run.isCancelled = { true }
    do {
      _ = try request.unlearn(method, run: run)
      return [Violation(.stopsWhenCancelled, "it returned")]
    } catch UnlearningError.cancelled {
      return []
    } catch {
      return [Violation(.stopsWhenCancelled, "it threw \(error)")]
    }
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
