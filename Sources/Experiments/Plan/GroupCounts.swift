import Data
import Synchronization
import Unlearning

extension Plan {
  /// The group sizes before and after each group request, one line per data set and request.
  ///
  /// Reads only the data of those requests.
  ///
  /// - Throws: `DataError` when the data cannot be read, or a request forgets nothing or everything.
  public func groupCounts() throws -> [String] {
    let lines = Mutex<[String]>([])
    let cache = DataCache(plugins, planned: files, countsOnly: true) { line in lines.withLock { $0.append(line) } }
    for step in steps {
      guard case .groups = step.body.setting.request else { continue }
      _ = try cache.split(step.body.setting)
    }
    return lines.withLock { $0 }
  }
}
