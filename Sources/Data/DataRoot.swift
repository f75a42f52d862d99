public import Foundation

/// The folder that contains the folders of all data sets.
public enum DataRoot {
  /// `parameter`, else the environment variable LACUNA_DATA, else `data` in the current folder.
  ///
  /// A leading `~` is the user's home; an empty string counts as not set.
  public static func resolve(_ parameter: String?) -> URL {
    resolve(parameter, environment: ProcessInfo.processInfo.environment)
  }

  /// The file at `path`: relative to the data root unless it starts with "/" or "~".
  public static func file(_ path: String) -> URL {
    path.hasPrefix("/") || path.hasPrefix("~")
      ? URL(fileURLWithPath: NSString(string: path).expandingTildeInPath)
      : resolve(nil).appendingPathComponent(path, isDirectory: false)
  }

  static func resolve(_ parameter: String?, environment: [String: String]) -> URL {
    let path = [parameter, environment["LACUNA_DATA"]].compactMap { $0 }.first { !$0.isEmpty } ?? "data"
    return URL(fileURLWithPath: NSString(string: path).expandingTildeInPath, isDirectory: true)
  }
}
