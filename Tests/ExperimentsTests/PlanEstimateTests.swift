import Experiments
import TestSupport
import Testing

@Suite("Estimates of plans") struct PlanEstimateTests {
  /// A change of a record's text.
  struct Forgery: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var old: String
    var new: String
  }

  @Test(
    "records of impossible costs do not count, although their checksums are right",
    arguments: [
      Forgery(testDescription: "memory", old: "\"peak_bytes\" : 4096", new: "\"peak_bytes\" : \(Int.max)"),
      Forgery(testDescription: "negative memory", old: "\"peak_bytes\" : 4096", new: "\"peak_bytes\" : -4096"),
      Forgery(testDescription: "time", old: "\"seconds\" : 1.5", new: "\"seconds\" : 1e308"),
      Forgery(testDescription: "negative time", old: "\"seconds\" : 1.5", new: "\"seconds\" : -1e308"),
      Forgery(testDescription: "a file", old: "\"size\" : 5000", new: "\"size\" : \(Int.max)"),
    ])
  func forgedRecords(forgery: Forgery) throws {
    let folder = try StoreFolder()
    let store = try Store(at: folder.url)
    let plan = try SmallExperiment().plan()
    for kind in plan.kinds {
      try store.write(StoreFolder.record("sound \(kind)", kind: kind.rawValue), files: StoreFolder.files)
    }
    let sound = plan.estimate(store: store)
    #expect(sound.seconds == 1.5 * Double(plan.steps.count))
    #expect(sound.bytes == 5001 * plan.steps.count && sound.memory == 4096)
    for number in 1...3 {
      let name = "forged \(number)"
      try store.write(StoreFolder.record(name), files: StoreFolder.files)
      try folder.forge(StoreFolder.key(name)) { $0.replacing(forgery.old, with: forgery.new) }
    }
    let estimate = plan.estimate(store: store)
    #expect(estimate.seconds == sound.seconds && estimate.bytes == sound.bytes && estimate.memory == sound.memory)
  }
}
