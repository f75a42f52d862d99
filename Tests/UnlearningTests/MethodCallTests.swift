import Data
import Engine
import Testing
import Unlearning
import UnlearningTesting

/// Errors of a call of a method.
private struct Called: Error {}

private protocol CalledMethod: UnlearningMethod {}
extension CalledMethod {
  static var card: Card {
    Card(name: "called", title: "Called", summary: "Is called.", source: Source(authors: "Nobody", venue: "nowhere"))
  }
  static var serves: Set<RequestKind> { [.oneClass] }
  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    throw Called()
  }
}
private struct NeedsRetainData: CalledMethod {}
private struct NeedsTheOriginal: CalledMethod { static let needs: Set<MethodNeed> = [.originalModel] }

@Suite("a call of a method") struct MethodCallTests {
  private func call(
    _ method: some UnlearningMethod, forgetting request: ForgetRequest = .classes([1]), emptyForget: Bool = false,
    emptyRetain: Bool = false
  ) throws {
    let problem = try TinyProblem()
    let split = try problem.split(.classes([1]))
    let none = split.retainTrain.selecting([])
    _ = try method.apply(
      to: problem.original, forget: emptyForget ? none : split.forgetTrain,
      retain: emptyRetain ? none : split.retainTrain, run: problem.run(forgetting: request))
  }

  @Test("reaches it with what it declares that it can work with") func reaches() {
    #expect(throws: Called.self) { try call(NeedsRetainData()) }
    #expect(throws: Called.self) { try call(NeedsTheOriginal(), emptyRetain: true) }
  }

  @Test("is refused where a set that it needs is empty") func emptySets() {
    #expect(throws: UnlearningError.emptyForgetSet) { try call(NeedsRetainData(), emptyForget: true) }
    #expect(throws: UnlearningError.emptyForgetSet) { try call(NeedsTheOriginal(), emptyForget: true) }
    #expect(throws: UnlearningError.emptyRetainSet) { try call(NeedsRetainData(), emptyRetain: true) }
  }

  @Test(
    "is refused for requests that it does not serve",
    arguments: [(ForgetRequest.count(1), "samples"), (.classes([0, 1]), "classes")])
  func requests(request: ForgetRequest, kind: String) {
    #expect(
      throws: UnlearningError.unsupportedRequest(
        "'called' serves requests of kind class; this one is of kind \(kind)")
    ) { try call(NeedsRetainData(), forgetting: request) }
  }
}
