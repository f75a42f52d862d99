import Foundation
import Synchronization

/// Names of temporary results, unique across processes and distinguishable from all other files.
enum ProcessToken {
  static let pid = Int(ProcessInfo.processInfo.processIdentifier)
  private static let host = Machine.current.host.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "_" }
  private static let own = "\(String(host))-\(pid)-\(startTime(of: pid))-"
  private static let counter = Atomic(0)

  /// A name that is unique across calls and processes: host, process, its start, a count, and the key.
  static func name(for key: StepKey) -> String {
    own + "\(counter.wrappingAdd(1, ordering: .relaxed).newValue)-\(key.short)"
  }

  /// Whether the name is one of this process.
  static func isOwn(_ name: String) -> Bool { name.hasPrefix(own) }

  /// The suffix of the name of a failure note while it is written.
  static let failureSuffix = "-failure"

  /// Whether some process, of whatever host, gave this name.
  ///
  /// That is `host-process-start-count-key`, perhaps with `failureSuffix`; nothing else is ever removed from a folder
  /// of temporary results.
  static func isName(_ name: String) -> Bool {
    let whole = name.hasSuffix(failureSuffix) ? name.dropLast(failureSuffix.count) : Substring(name)
    let parts = whole.split(separator: "-", omittingEmptySubsequences: false)
    // Of the host, "-" became "_".
    guard parts.count == 5, !parts[0].isEmpty else { return false }
    let isNumbered = parts[1...3].allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) }
    }
    return isNumbered && parts[4].utf8.count == 12
      && parts[4].utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  /// When a process started, in ticks since the machine did; "0" where it is not known.
  ///
  /// Process numbers are reused, in containers within seconds; combined with the start time they are unique.
  private static func startTime(of pid: Int) -> String {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      // The second field, the name of the program, may hold anything; the last ")" ends it. The start is field 22.
      let afterName = status.lastIndex(of: ")")
    else { return "0" }
    let fields = status[status.index(after: afterName)...].split(separator: " ")
    return fields.count > 19 ? String(fields[19]) : "0"
  }
}
