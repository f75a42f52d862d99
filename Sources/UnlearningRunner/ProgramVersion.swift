import Engine
import Experiments
import Revision

/// The output of `runner --version`.
enum ProgramVersion {
  /// The only place of the version number; see CHANGELOG.md.
  static let number = "0.1.0"

  /// "lacuna 0.1.0 (revision 0123456789, engine 7, avx2)": for bug reports and for the appendix of a paper.
  ///
  /// The engine's version is part of the keys of all steps. The instruction set affects the last bits of results.
  static var line: String {
    let revision = Revision.name ?? "unknown"
    return "lacuna \(number) (revision \(revision), engine \(Plan.engineVersion), \(Runtime.instructionSet))"
  }
}
