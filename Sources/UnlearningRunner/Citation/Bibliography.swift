import Unlearning

/// The publications of plugins, as BibTeX.
///
/// The text depends only on the cards, not on their order. All entries are `@misc` with the venue in `howpublished`,
/// since a card has the venue's name but not its kind.
struct Bibliography {
  /// The entries, sorted by key, then a comment that lists the plugins without a publication.
  let text: String

  init(_ cards: [Card]) {
    let cards = cards.sorted { $0.name < $1.name }
    let published = Dictionary(grouping: cards.filter { $0.source.title != nil }) { Publication($0.source) }
    let works = published.map { Work(publication: $0.key, cards: $0.value) }.sorted {
      ($0.stem, $0.publication.authors, $0.publication.title) < ($1.stem, $1.publication.authors, $1.publication.title)
    }
    let stems = Dictionary(grouping: works, by: \.stem)
    var used: [String: Int] = [:]
    let entries = works.map { work in
      let number = used[work.stem, default: 0]
      used[work.stem] = number + 1
      let isOnly = stems[work.stem]?.count == 1
      return work.entry(key: isOnly ? work.stem : work.stem + Self.letters(number))
    }
    let others = cards.filter { $0.source.title == nil }.map(\.name)
    let comment = others.isEmpty ? [] : ["% without a publication: \(others.joined(separator: ", "))\n"]
    text = (entries + comment).joined(separator: "\n")
  }

  /// 0 is "a", 25 "z", 26 "aa".
  private static func letters(_ number: Int) -> String {
    let last = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(number % 26)))
    return number < 26 ? last : letters(number / 26 - 1) + last
  }
}

/// Two sources with equal values are one publication.
///
/// Versions of a preprint whose author lists begin differently are cited separately.
private struct Publication: Hashable {
  var authors: String
  var title: String
  var arXiv: String?

  init(_ source: Source) {
    (authors, title, arXiv) = (source.authors, source.title ?? "", source.arXiv)
  }
}

/// A publication and the plugins based on it.
private struct Work {
  var publication: Publication
  /// Sorted by name; at least one.
  var cards: [Card]

  /// "fan2024salun": the first family name, the year, the first word of the title that is not an article.
  var stem: String {
    let name = publication.authors.prefix { $0 != "," }.replacing(" et al.", with: "")
    let words = publication.title.split { !($0.isLetter || $0.isNumber) }.map { LaTeX.plain(String($0)) }
    let word = words.first { !["a", "an", "the", "on"].contains($0) } ?? ""
    return LaTeX.plain(String(name)) + (year ?? "") + word
  }

  private var venue: String { cards[0].source.venue }

  /// The last four-digit year in the venue.
  private var year: String? {
    venue.split { !$0.isNumber }.last { $0.count == 4 }.map(String.init)
  }

  func entry(key: String) -> String {
    let uses = cards.map { card in card.name + (card.source.place.map { " (\($0))" } ?? "") }
    var fields = [("author", authors), ("title", "{" + LaTeX.escaped(publication.title) + "}")]
    if venue != year { fields.append(("howpublished", LaTeX.escaped(venue))) }
    if let year { fields.append(("year", year)) }
    if let arXiv = publication.arXiv { fields += [("eprint", arXiv), ("archiveprefix", "arXiv")] }
    fields.append(("note", LaTeX.escaped("used for " + uses.joined(separator: ", "))))
    return "@misc{\(key),\n" + fields.map { "  \($0.0) = {\($0.1)},\n" }.joined() + "}\n"
  }

  private var authors: String {
    var text = publication.authors
    let isOpen = text.hasSuffix(" et al.")
    if isOpen { text.removeLast(" et al.".count) }
    let names = text.split(separator: ",").map { name in
      let name = String(name.drop { $0 == " " })
      // BibTeX takes the last of several words as the family name; braces keep them together.
      return name.contains(" ") ? "{" + LaTeX.escaped(name) + "}" : LaTeX.escaped(name)
    }
    return (names + (isOpen ? ["others"] : [])).joined(separator: " and ")
  }
}
