import Foundation

/// The folder for files that can be recomputed.
enum CacheRoot {
  /// `parameter`, else the environment variable LACUNA_CACHE, else `lacuna` in the user's cache folder.
  ///
  /// A leading `~` is the user's home; an empty string counts as not set.
  static func resolve(
    _ parameter: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> URL {
    let standard = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "~/.cache"
    let path =
      [parameter, environment["LACUNA_CACHE"]].compactMap { $0 }.first { !$0.isEmpty } ?? standard + "/lacuna"
    return URL(fileURLWithPath: NSString(string: path).expandingTildeInPath, isDirectory: true)
  }
}
