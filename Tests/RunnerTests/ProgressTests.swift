import Experiments
import Foundation
import Testing
import UnlearningRunner

@Suite("progress")
struct ProgressTests {
  @Test(
    arguments: [
      (0, "0.0 s"), (0.44, "0.4 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"),
      (201, "3 min 21 s"), (4800, "1 h 20 min"), (190_000, "2 d 4 h"), (.infinity, "?"), (-1, "?"),
    ])
  func durations(seconds: Double, text: String) {
    #expect(DurationText.short(seconds) == text)
  }

  @Test(arguments: [(0, "0:00"), (201.9, "3:21"), (4805, "1:20:05"), (-3, "0:00")])
  func clocks(seconds: Double, text: String) {
    #expect(DurationText.clock(seconds) == text)
  }

  @Test(
    arguments: [
      (0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (12_582_912, "12.0 MiB"), (3_435_973_837, "3.2 GiB"),
      (2_199_023_255_552, "2.0 TiB"),
    ])
  func sizes(bytes: Int, text: String) {
    #expect(ByteText.short(bytes) == text)
  }

  private let train = (kind: StepKind.train, weight: 60.0)

  @Test func nothingIsKnownBeforeAStepHasEnded() {
    let time = RemainingTime(steps: [train, (.predict, 1)])
    #expect(time.estimate(workers: 1, running: []) == nil)
  }

  @Test func knownKindsCountByTheirMean() {
    var time = RemainingTime(steps: [train, train, train, train])
    time.end(.train, seconds: 10)
    time.end(.train, seconds: 20)
    #expect(time.estimate(workers: 1, running: []) == 30)
    #expect(time.estimate(workers: 2, running: []) == 15)
    // More workers than steps make no difference.
    #expect(time.estimate(workers: 8, running: []) == 15)
    #expect(time.estimate(workers: 1, running: [(.train, 0.5)]) == 22.5)
  }

  @Test func unknownKindsFollowTheKnownOnes() throws {
    var time = RemainingTime(steps: [train, (.unlearn, 20)])
    time.end(.train, seconds: 30)
    let short = try #require(time.estimate(workers: 1, running: []))
    time = RemainingTime(steps: [train, (.unlearn, 20)])
    time.end(.train, seconds: 60)
    #expect(time.estimate(workers: 1, running: []) == 2 * short)
    #expect(short == 30.0 * 20 / 60)
  }

  @Test func stepsThatFailedTakeNoTime() {
    var time = RemainingTime(steps: [train, train, (.attack, 3)])
    time.end(.train, seconds: 10)
    time.end(.train, seconds: nil)
    time.end(.attack, seconds: nil)
    #expect(time.estimate(workers: 1, running: []) == 0)
  }

  @Test func theLine() {
    let line = ProgressLine(
      done: 2, total: 8, running: [("train cnn / seed 1", 0.5), ("predict cnn / seed 2", 0)], failed: 1, elapsed: 65,
      remaining: 3600)
    #expect(
      line.text(width: 200)
        == "██████░░░░░░░░░░░░░░ 2/8 1 failed  1:05, about 1:00:00 left  train cnn / seed 1 50 %; predict cnn / seed 2")
    #expect(line.text(width: 40) == "██████░░░░░░░░░░░░░░ 2/8 1 failed  1:05…")
  }

  @Test func theLineOfNothing() {
    let line = ProgressLine(done: 0, total: 0, running: [], failed: 0, elapsed: 0, remaining: nil)
    #expect(line.text(width: 80) == "████████████████████ 0/0  0:00")
  }

  @Test func controlsAndGiantNamesDoNotReachTheTerminal() {
    let giant = String(repeating: "x", count: 1_000_000)
    let line = ProgressLine(
      done: 0, total: 1, running: [("train \u{1B}[2J\u{9B}1m\r\(giant)", 0)], failed: 0, elapsed: 0, remaining: nil)
    let cut = String(repeating: "x", count: 24) + "…"
    #expect(line.text(width: 80) == "░░░░░░░░░░░░░░░░░░░░ 0/1  0:00  train \\x1b[2J\\x9b1m\\x0d" + cut)
    let (output, messages) = (Recorder(), Recorder())
    let terminal = Console(
      outputWidth: 80, progressWidth: 80, write: { output.append($0) }, report: { messages.append($0) })
    terminal.report("\u{1B}]0;title\u{7}\(giant)\n")
    #expect(messages.text.hasPrefix("\\x1b]0;title\\x07xxx"))
    #expect(messages.text.count < 5000 && messages.text.hasSuffix(" more characters)\n"))
    #expect(throws: Never.self) { try terminal.write("a\u{1B}[2J\n") }
    #expect(output.text == "a\\x1b[2J\n")
    let file = Console(write: { output.append($0) }, report: { _ in })
    #expect(throws: Never.self) { try file.write("\u{1B}\(giant)") }
    #expect(output.text.hasSuffix("\n\u{1B}\(giant)"), "a file gets every byte")
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGQUIT]) func theFirstInterruptIsHandled(signal: Int32) async {
    await #expect(processExitsWith: .exitCode(7)) { [signal] in
      await Interruption.handled(by: { exit(7) }) {
        kill(getpid(), signal)
        try? await Task.sleep(for: .seconds(30))
      }
    }
  }

  @Test func theSecondInterruptEndsTheProcess() async {
    await #expect(processExitsWith: .exitCode(130)) {
      await Interruption.handled(by: { kill(getpid(), SIGTERM) }) {
        kill(getpid(), SIGINT)
        try? await Task.sleep(for: .seconds(30))
      }
    }
  }
}
