import JSON

extension SyntaxProblem {
  /// The message and its position, in this library's words instead of libyaml's.
  func explained(source: SourceText, text: String) -> (message: String, mark: Mark) {
    if let byteOffset {
      let before = SourceText(String(decoding: text.utf8.prefix(byteOffset), as: UTF8.self))
      let last = before.lines.count
      let mark = Mark(line: last, column: before.lines[last - 1].unicodeScalars.count + 1)
      return (problem, mark)
    }
    switch (context, problem) {
    case ("while scanning a quoted scalar", "found unexpected end of stream"),
      ("while scanning a quoted scalar", "found unexpected document indicator"):
      return ("the quoted text that starts here is never closed", contextMark)
    case (_, "found character that cannot start any token"):
      let scalar = source.scalar(at: mark)
      if scalar == "\t" { return ("a tab cannot indent; use spaces", mark) }
      return ("a value cannot start with \(quoted(scalar.map(String.init) ?? "")); put it in quotes", mark)
    case (_, "found a tab character that violates indentation"),
      (_, "found a tab character where an indentation space is expected"):
      return ("a tab cannot indent; use spaces", mark)
    case (_, "did not find expected ',' or ']'"):
      return ("expected ',' or ']' in the sequence that starts at \(contextMark)", mark)
    case (_, "did not find expected ',' or '}'"):
      return ("expected ',' or '}' in the mapping that starts at \(contextMark)", mark)
    case (_, "mapping values are not allowed in this context"):
      return ("a ':' is not allowed here; put the text in quotes, or fix the indentation", mark)
    case (_, "did not find expected key"):
      return ("expected a key of the mapping that starts at \(contextMark); fix the indentation", mark)
    case (_, "did not find expected '-' indicator"):
      return ("expected '-', the next item of the sequence that starts at \(contextMark); fix the indentation", mark)
    case (_, "could not find expected ':'"):
      return ("expected ':' after this key", contextMark)
    case (_, "did not find expected node content"):
      return ("expected a value here", mark)
    default:
      return ([context, problem].compactMap(\.self).joined(separator: ": "), mark)
    }
  }
}
