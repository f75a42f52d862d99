import Foundation
import Synchronization

/// Names for temporary folders, from which a later process can tell whether their maker is still alive.
enum ProcessToken {
  static let pid = Int(ProcessInfo.processInfo.processIdentifier)
  private static let host = Machine.current.host.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "_" }
  private static let own = "\(String(host))-\(pid)-\(startTime(of: pid))-"
  private static let counter = Atomic(0)

  /// A name that no other call and no other process gives: host, process, its start, a count, and the key.
  static func name(for key: StepKey) -> String {
    own + "\(counter.wrappingAdd(1, ordering: .relaxed).newValue)-\(key.short)"
  }

  /// Whether the name is one of this process.
  static func isOwn(_ name: String) -> Bool { name.hasPrefix(own) }

  /// Whether the name was given by a process of this host that has ended.
  static func isOfDeadProcess(_ name: String) -> Bool {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 5, name.hasPrefix("\(String(host))-"), let pid = Int(parts[parts.count - 4]) else {
      return false
    }
    return !FileSystem.isAlive(pid) || startTime(of: pid) != parts[parts.count - 3]
  }

  /// When a process started, in ticks since the machine did; "0" where the system does not say.
  ///
  /// Numbers of processes come back, in containers within seconds; together with the start they do not.
  private static func startTime(of pid: Int) -> String {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      // The second field, the name of the program, may hold anything; the last ")" ends it. The start is field 22.
      let afterName = status.lastIndex(of: ")")
    else { return "0" }
    let fields = status[status.index(after: afterName)...].split(separator: " ")
    return fields.count > 19 ? String(fields[19]) : "0"
  }
}
