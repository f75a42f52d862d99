import Foundation

extension Error {
  /// A user-readable description: the error's own, or for Foundation's errors the path and the system's reason.
  package var plainText: String {
    guard self is CocoaError || self is POSIXError || self is URLError || type(of: self) is NSError.Type else {
      return "\(self)"
    }
    let path = (self as NSError).userInfo[NSFilePathErrorKey] as? String
    return path.map { "\($0): \(systemReason)" } ?? systemReason
  }

  /// Why a call of Foundation failed, in the operating system's words: "No such file or directory".
  ///
  /// Foundation's own texts name its error domains and codes, which do not help most readers.
  package var systemReason: String {
    var error = self as NSError
    while let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error { error = cause as NSError }
    if error.domain == NSPOSIXErrorDomain, let code = Int32(exactly: error.code) {
      return String(cString: strerror(code))
    }
    guard error.domain == NSCocoaErrorDomain else { return "error \(error.code) of the system" }
    switch CocoaError.Code(rawValue: error.code) {
    case .fileNoSuchFile, .fileReadNoSuchFile: return String(cString: strerror(ENOENT))
    case .fileReadNoPermission, .fileWriteNoPermission: return String(cString: strerror(EACCES))
    case .fileWriteOutOfSpace: return String(cString: strerror(ENOSPC))
    case .fileWriteVolumeReadOnly: return String(cString: strerror(EROFS))
    case .fileWriteFileExists: return String(cString: strerror(EEXIST))
    case .fileReadTooLarge: return String(cString: strerror(EFBIG))
    case .fileReadInvalidFileName, .fileWriteInvalidFileName: return "invalid file name"
    case .fileReadCorruptFile: return "the content is damaged"
    default: return "error \(error.code) of the system"
    }
  }
}
