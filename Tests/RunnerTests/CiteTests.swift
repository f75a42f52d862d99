import BuiltIns
import Foundation
import TestSupport
import Testing
import Unlearning

@testable import UnlearningRunner

@Suite("cite")
struct CiteTests {
  private static func card(_ name: String, _ source: Source) -> Card {
    Card(name: name, title: name, summary: "-", source: source)
  }

  @Test("plugins that follow one publication share an entry, in whatever order they come")
  func sharedEntries() {
    let cards = [
      Self.card("run-time", .salUn(place: "column RTE")), Self.card("salun", .salUn(place: "equation 3")),
      Self.card("shapes", Source(authors: "Lacuna", venue: "this package")),
      Self.card("retrain", Source(authors: "Cao, Yang", title: "Forget & 100 % more", venue: "IEEE S&P 2015")),
    ]
    let expected = """
      @misc{cao2015forget,
        author = {Cao and Yang},
        title = {{Forget \\& 100 \\% more}},
        howpublished = {IEEE S\\&P 2015},
        year = {2015},
        note = {used for retrain},
      }

      @misc{fan2024salun,
        author = {Fan and Liu and Zhang and Wong and Wei and Liu},
        title = {{SalUn: Empowering Machine Unlearning via Gradient-based Weight Saliency in Both Image Classification \
      and Generation}},
        howpublished = {ICLR 2024},
        year = {2024},
        eprint = {2310.12508},
        archiveprefix = {arXiv},
        note = {used for run-time (column RTE), salun (equation 3)},
      }

      % without a publication: shapes

      """
    #expect(Bibliography(cards).text == expected)
    #expect(Bibliography(cards.reversed()).text == expected)
  }

  @Test("different publications never share a key")
  func keys() {
    let sources = (0..<30).map { Source(authors: "Li, Wu", title: "The Same \($0)", venue: "ICML 2024") }
    let text = Bibliography(sources.enumerated().map { Self.card("m\($0)", $1) }).text
    let keys = text.matches(of: /@misc\{(.*),/).map { String($0.1) }
    #expect(Set(keys).count == 30)
    #expect(keys.first == "li2024samea")
    #expect(keys.contains("li2024sameaa"))
  }

  @Test(
    "text is escaped for LaTeX",
    arguments: [
      ("A&B_{c} 5 % #1 $", "A\\&B\\_\\textbraceleft{}c\\textbraceright{} 5 \\% \\#1 \\$"),
      ("~^\\", "\\textasciitilde{}\\textasciicircum{}\\textbackslash{}"),
      ("Kärkkäinen", "K{\\\"a}rkk{\\\"a}inen"), ("Lathuilière", "Lathuili{\\`e}re"),
      ("Bărbulescu", "B{\\u a}rbulescu"), ("ℓ1", "ℓ1"),
    ])
  func escaping(text: String, expected: String) {
    #expect(LaTeX.escaped(text) == expected)
  }

  @Test("names of several words, open lists and years without a venue")
  func names() {
    let sources = [
      Source(authors: "De Min, Roy", title: "A", venue: "TMLR 2025"),
      Source(authors: "Triantafillou et al.", title: "B", venue: "2023"),
    ]
    let text = Bibliography(sources.enumerated().map { Self.card("m\($0)", $1) }).text
    #expect(text.contains("@misc{demin2025,"))
    #expect(text.contains("author = {{De Min} and Roy}"))
    #expect(text.contains("author = {Triantafillou and others}"))
    #expect(!text.contains("howpublished = {2023}"))
  }

  @Test("all that a grid uses is cited, the reference and unlisted plugins as they are")
  func anExperiment() async throws {
    let folder = try TemporaryFolder()
    let file = try SmallExperiment {
      ($0.architectures, $0.methods) = (["lenet5"], ["rwft", "trw: {tilt: {sweep: [0, 2]}}"])
      ($0.attacks, $0.metrics) = (["mia-nn"], ["accuracy"])
    }.written(to: folder)
    let result = await runner("cite", file)
    #expect(result.status == .done, "\(result.messages)")
    let keys = result.output.matches(of: /@misc\{(.*),/).map { String($0.1) }
    #expect(
      keys == [
        "cao2015towards", "ebrahimpourboroojeny2025necessity", "kodge2024deep", "lecun1998gradient",
        "wang2026necessity",
      ])
    #expect(result.output.contains("used for mia-nn"))
    #expect(result.output.contains(", rwft (version 1"))
    #expect(result.output.hasSuffix("% without a publication: shapes\n"))
  }

  @Test("every built-in plugin has a publication, or none on purpose")
  func titles() {
    let without = Registry.builtIns.all.map { $0.card }.filter { $0.source.title == nil }.map(\.name)
    #expect(Set(without) == ["forget-confusion", "image-folder", "neighborhood-discrepancy", "peak-memory", "shapes"])
    for card in Registry.builtIns.all.map({ $0.card }) where card.source.title != nil {
      #expect(Bibliography([card]).text.contains("  year = {"), "\(card.name)")
    }
  }

  @Test("a bad file is refused with its place")
  func badFile() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("experiment: x\nmethods: [fine-tun]\n", to: "bad.yaml")
    let result = await runner("cite", file)
    #expect(result.status == .badUsage)
    #expect(result.messages.contains("bad.yaml:2:"))
    #expect(result.output.isEmpty)
  }
}
