import Foundation

/// The memory available to this process.
public enum MachineMemory {
  /// The bytes of memory that this process can still allocate.
  ///
  /// The minimum of the machine's memory, the limits of its control groups, and the rest of the limits of its address
  /// space and data (`ulimit -v`, `ulimit -d`).
  public static var available: Int {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return ([physical] + controlGroupLimits() + resourceLimits()).min() ?? physical
  }

  /// Why this process cannot run steps on `threads` threads; nil where it can.
  ///
  /// Threads and the allocator reserve address space that they never use: about 64 MB a thread besides its stack. Where
  /// a limit (`ulimit -v`) refuses that, threads cannot be started, and libraries wait for ever until they can.
  public static func problem(threads: Int) -> String? {
    guard let limit = addressSpaceLimit else { return nil }
    let needed = 640 << 20 + threads * (128 << 20)
    guard limit < needed else { return nil }
    return "the address space of this process is limited to \(limit >> 20) MiB (ulimit -v), and \(threads) threads "
      + "need at least \(needed >> 20) MiB of it, most of which they only reserve; to limit memory itself, use a "
      + "control group"
  }

  private static var addressSpaceLimit: Int? {
    #if os(Linux)
      softLimit(RLIMIT_AS)
    #else
      nil
    #endif
  }

  /// The limits of the control group that the process is in and of all above it, versions 1 and 2; none elsewhere.
  private static func controlGroupLimits() -> [Int] {
    guard let text = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8) else { return [] }
    return text.split(separator: "\n").flatMap { line -> [Int] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let isSecond = fields[1].isEmpty
      guard isSecond || fields[1].split(separator: ",").contains("memory") else { return [] }
      let root = isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      let file = isSecond ? "memory.max" : "memory.limit_in_bytes"
      var folder = URL(fileURLWithPath: root + "/" + fields[2])
      var limits: [Int] = []
      while folder.path.hasPrefix(root) {
        // "max", which means no limit, is not a number.
        if let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8),
          let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
        {
          limits.append(limit)
        }
        folder.deleteLastPathComponent()
      }
      return limits
    }
  }

  private static func resourceLimits() -> [Int] {
    #if os(Linux)
      // Pages: all of the address space, and the sixth number, data and stack.
      let pages = ((try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? "")
        .split(whereSeparator: \.isWhitespace).map { Int($0) ?? 0 }
      let pageSize = sysconf(Int32(_SC_PAGESIZE))
      func rest(of resource: __rlimit_resource, taken: Int) -> Int? {
        softLimit(resource).map { max(0, $0 - taken * pageSize) }
      }
      return [
        rest(of: RLIMIT_AS, taken: pages.first ?? 0), rest(of: RLIMIT_DATA, taken: pages.count > 5 ? pages[5] : 0),
      ].compactMap { $0 }
    #else
      return []
    #endif
  }

  #if os(Linux)
    private static func softLimit(_ resource: __rlimit_resource) -> Int? {
      var limit = rlimit()
      let found = getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
      return found == 0 && limit.rlim_cur < UInt(Int.max) ? Int(limit.rlim_cur) : nil
    }
  #endif
}
