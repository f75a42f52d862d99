/// Cuts the columns of a table into blocks that fit a width, between two plugins where that is possible.
struct ColumnBlocks {
  /// The plugin of each column.
  var groups: [String]
  /// One for each column.
  var widths: [Int]
  /// Columns of the terminal between two columns of the table.
  var gap: Int

  /// The column numbers of each block; a single column may be wider than `available`.
  func split(into available: Int?) -> [[Int]] {
    guard let available else { return [Array(groups.indices)] }
    var blocks: [[Int]] = []
    for group in runs {
      for piece in pieces(of: group, available: available) {
        if let last = blocks.last, needed(last + piece) <= available, piece.count == group.count {
          blocks[blocks.count - 1] = last + piece
        } else {
          blocks.append(piece)
        }
      }
    }
    return blocks
  }

  /// The columns of each plugin.
  private var runs: [[Int]] {
    groups.indices.reduce(into: []) { runs, column in
      if let last = runs.last?.last, groups[last] == groups[column] {
        runs[runs.count - 1].append(column)
      } else {
        runs.append([column])
      }
    }
  }

  /// A whole group where it fits a line of its own, else as many of its columns as fit.
  private func pieces(of group: [Int], available: Int) -> [[Int]] {
    group.reduce(into: []) { pieces, column in
      if let last = pieces.last, needed(last + [column]) <= available {
        pieces[pieces.count - 1] = last + [column]
      } else {
        pieces.append([column])
      }
    }
  }

  private func needed(_ block: [Int]) -> Int { block.reduce(0) { $0 + gap + widths[$1] } }
}
