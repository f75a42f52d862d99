/// Which sources the program was built from.
///
/// The text itself is in a file that the build writes; see the plugin `WriteRevision`. It is a target of its own so that
/// a new commit compiles one line and links, and nothing else.
public enum Revision {
  /// The revision in version control, with "+changes" where sources differed from it; nil where the sources lie in no
  /// repository.
  public static let name: String? = writtenRevision.isEmpty ? nil : writtenRevision
}
