import BuiltIns
import Data
import Energy
import Engine
import Foundation
import Synchronization
import TestSupport
import Testing
import Unlearning

@testable import Experiments

/// A folder as Linux's powercap interface has it.
private struct FakeCounter {
  let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  var path: String { folder.url.path(percentEncoded: false) }

  func domain(_ name: String, _ kind: String, _ energy: String, range: UInt64 = 1_000_000_000) throws {
    let place = folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for (file, text) in [("name", kind), ("max_energy_range_uj", "\(range)"), ("energy_uj", energy)] {
      try Data("\(text)\n".utf8).write(to: place.appending(path: file))
    }
  }
}

@Suite("energy counter") struct EnergyCounterTests {
  private func meter(_ fake: FakeCounter, _ activity: StepActivity = StepActivity()) throws -> EnergyMeter {
    let counter = try #require(EnergyCounter(folder: fake.path))
    return try #require(EnergyMeter(counter, activity))
  }

  @Test("packages are added up; their parts, the whole machine and doubles are not") func domains() throws {
    let fake = try FakeCounter()
    func write(_ add: Int) throws {
      try fake.domain("intel-rapl:0", "package-0", "\(5_000_000 + 1_000_000 * add)")
      try fake.domain("intel-rapl:1", "package-1-die-0", "\(7_000_000 + 200_000 * add)")
      for (name, kind) in [
        ("intel-rapl:0:0", "core"), ("intel-rapl:0:1", "package-0"), ("intel-rapl:2", "psys"),
        ("intel-rapl-mmio:0", "package-0"), ("dtpm", "package-0"),
      ] { try fake.domain(name, kind, "\(9_000_000 * add)") }
    }
    try write(0)
    let meter = try meter(fake)
    try write(3)
    #expect(meter.finish() == Cost.Energy(joules: 3.6, isShared: false))
  }

  @Test("a counter that wraps around between readings goes on") func wrapping() throws {
    let fake = try FakeCounter()
    func write(_ energy: Int) throws { try fake.domain("intel-rapl:0", "package-0", "\(energy)", range: 10_000_000) }
    try write(9_000_000)
    let meter = try meter(fake)
    for energy in [1_000_000, 8_000_000, 500_000] {
      try write(energy)
      meter.update()
    }
    // 1 + 1, then 7, then 2 + 0.5.
    #expect(meter.finish()?.joules == 11.5)
  }

  @Test("without a readable counter of a package there is none, and one that does not move gives no value")
  func missing() throws {
    let fake = try FakeCounter()
    #expect(EnergyCounter(folder: fake.path + "/nowhere") == nil)
    #expect(EnergyCounter(folder: fake.path) == nil)
    try fake.domain("intel-rapl:0", "psys", "5")
    #expect(EnergyCounter(folder: fake.path) == nil)
    try fake.domain("intel-rapl:0", "package-0", "denied")
    #expect(EnergyCounter(folder: fake.path) == nil)
    try fake.domain("intel-rapl:0", "package-0", "5")
    #expect(try meter(fake).finish() == nil)
    let failing = try meter(fake)
    try fake.domain("intel-rapl:0", "package-0", "gone")
    failing.update()
    try fake.domain("intel-rapl:0", "package-0", "9000000")
    #expect(failing.finish() == nil)
  }

  @Test("energy is shared where another step runs at the start, or begins before the end") func sharing() throws {
    let fake = try FakeCounter()
    let activity = StepActivity()
    func isShared(during: () -> Void = {}) throws -> Bool? {
      try fake.domain("intel-rapl:0", "package-0", "1")
      let meter = try meter(fake, activity)
      during()
      try fake.domain("intel-rapl:0", "package-0", "2")
      return meter.finish()?.isShared
    }
    try activity.running {
      let alone = try isShared()
      let beside = try activity.running { try isShared() }
      let after = try isShared()
      let begun = try isShared { activity.running {} }
      #expect([alone, beside, after, begun] == [false, true, false, true])
    }
  }

  /// A method that uses 2.5 J by the counter.
  private struct Heating: UnlearningMethod {
    static let card = Card(
      name: "heating", title: "Heating", summary: "Heats.", source: Source(authors: "A", venue: "B"))
    static let needs: Set<MethodNeed> = [.originalModel]
    static let serves: Set<RequestKind> = [.oneClass]
    static let fake = Mutex<FakeCounter?>(nil)
    init() {}
    func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
      try Self.fake.withLock { try $0?.domain("intel-rapl:0", "package-0", "2500000") }
      return original
    }
  }

  @Test("the energy of a call is measured, stored and shown, and models without one have no value") func call()
    async throws
  {
    let fake = try FakeCounter()
    try fake.domain("intel-rapl:0", "package-0", "0")
    Heating.fake.withLock { $0 = fake }
    let experiment = SmallExperiment.tiny {
      $0.methods = ["heating"]
      $0.metrics = ["run-time", "energy"]
    }
    let plan = try experiment.plan(
      registry: Registry {
        Registry.builtIns; Heating.self
      })
    let folder = try StoreFolder()
    let store = try Store(at: folder.url.appending(path: "store"))
    let host = ThreadHost(
      plan, store: store, observer: Witness(), energyCounter: EnergyCounter(folder: fake.path))
    let summary = try await Executor(plan, store: store, workers: 1, observer: Witness(), host: host).run()
    #expect(summary.failures.isEmpty)
    let rows = try results(of: plan, store: store).rows
    let found = rows.filter { $0.name == "energy.call" }
    // The counter moves in the first call of the method only, and not in retraining.
    #expect(found.map(\.value) == [2.5] && found.map(\.method) == ["heating"] && found.map(\.unit) == [.joules])
  }

  @Test("the metric is the energy, marked where it is shared, and nothing without a counter") func metric() throws {
    var evidence = Evidence(
      target: .init(
        Dictionary(
          uniqueKeysWithValues: Part.allCases.map { part in
            (part, Predictions(logits: Tensor(zeros: [0, 2]), features: nil, labels: [], indices: []))
          })),
      context: EvidenceContext(
        forgottenClasses: [], classCount: 2, classNames: ["a", "b"], random: RandomSource(seed: 1)),
      cost: Cost(seconds: 1, peakBytes: 1, energy: .init(joules: 4, isShared: false)))
    func values() throws -> [MeasuredValue] { try UnlearningEnergy().measure(evidence) }
    #expect(try values() == [MeasuredValue("call", 4, unit: .joules, direction: .lower)])
    evidence.cost?.energy?.isShared = true
    #expect(try values().first?.caveat?.contains("other steps") == true)
    evidence.cost?.energy = nil
    #expect(try values().isEmpty)
    evidence.cost = nil
    #expect(try values().isEmpty)
  }
}
