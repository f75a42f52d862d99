import Foundation
import PackagePlugin

/// Writes the revision of the package's sources into a Swift file, whenever a source or the head of the repository changes.
///
/// The file is replaced only when the text changes, so that a build without a new revision compiles nothing for it.
@main
struct WriteRevision: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let shell = URL(filePath: "/bin/sh")
    let root = context.package.directoryURL
    let output = context.pluginWorkDirectoryURL.appending(path: "WrittenRevision.swift")
    let sources = context.package.targets.flatMap { ($0 as? any SourceModuleTarget)?.sourceFiles.map(\.url) ?? [] }
    let heads = [".git/HEAD", ".git/logs/HEAD"].map { root.appending(path: $0) }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
    return [
      .buildCommand(
        displayName: "Revision", executable: shell, arguments: ["-c", script, root.path, output.path],
        inputFiles: heads + sources, outputFiles: [output])
    ]
  }

  /// Gets the folder of the package as `$0` and the file to write as `$1`.
  ///
  /// A folder without a repository of its own has no revision, whatever lies above it.
  private var script: String {
    #"""
    export GIT_OPTIONAL_LOCKS=0
    revision=
    if [ -e "$0/.git" ] && revision=$(git -C "$0" rev-parse --short=10 HEAD 2>/dev/null); then
      [ -z "$(git -C "$0" status --porcelain -- Package.swift Sources Plugins)" ] || revision="$revision+changes"
    fi
    printf 'let writtenRevision = "%s"\n' "$revision" > "$1.new"
    if cmp -s "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1"; fi
    """#
  }
}
