import Engine
import Experiments
import Revision

/// What `runner --version` prints.
enum ProgramVersion {
  /// The one place of the version; see CHANGELOG.md.
  static let number = "0.1.0"

  /// "lacuna 0.1.0 (revision 0123456789, engine 7, avx2)": what a bug report or a paper's appendix needs.
  ///
  /// The engine's version is part of the keys of all steps. The instruction set decides the last bits of a result.
  static var line: String {
    let revision = Revision.name ?? "unknown"
    return "lacuna \(number) (revision \(revision), engine \(Plan.engineVersion), \(Runtime.instructionSet))"
  }
}
