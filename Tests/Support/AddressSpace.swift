import Foundation

/// Lets this process take at most `bytes` more than it has.
public func limitAddressSpace(toMore bytes: Int) throws {
  let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).prefix { $0 != " " }
  let size = UInt((Int(pages) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) + bytes)
  var limit = rlimit(rlim_cur: size, rlim_max: size)
  guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { throw CocoaError(.featureUnsupported) }
}
