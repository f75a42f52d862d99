import Data
import Dispatch
import Foundation
import Synchronization
import SystemErrors

/// A program that does the work of downloading or unpacking.
struct Tool: Sendable {
  private let executable: URL

  /// The program `name` in the folders of `searchPath`, which are separated by colons.
  init(_ name: String, searchPath: String) throws(FetchError) {
    let places = searchPath.split(separator: ":").map { URL(filePath: "\($0)/\(name)") }
    let found = places.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    guard let found else { throw .missingTool(name) }
    executable = found
  }

  /// What a program left.
  struct Outcome: Sendable {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs the program to its end; `cancellation` can end it early.
  ///
  /// - Parameters:
  ///   - showsErrors: Whether its messages go to the standard error of this process instead of the outcome.
  ///   - growing: A file that the program writes, and is ended for when it gets longer than `limit` bytes.
  func run(
    _ arguments: [String], showsErrors: Bool = false, growing: URL? = nil, limit: Int? = nil,
    cancellation: Cancellation
  ) throws(FetchError) -> Outcome {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    let errors = showsErrors ? nil : PipeReader()
    if let errors { process.standardError = errors.pipe }
    do {
      try process.run()
    } catch {
      throw .system(path: executable.path, reason: "cannot be started: \(error.systemReason)")
    }
    let number = process.processIdentifier
    // The program may have inherited that it ignores gentler signals; what it has written is not lost.
    cancellation.attach { kill(number, SIGKILL) }
    errors?.start()
    // Older versions of curl look at what the server says of the size alone, and many servers do not say it.
    let watch = growing.flatMap { file in
      limit.map { limit in SizeWatch(file, limit: limit) { kill(number, SIGKILL) } }
    }
    let said = output.fileHandleForReading.readDataToEndOfFile()
    let complaints = errors?.text() ?? ""
    watch?.stop()
    process.waitUntilExit()
    cancellation.detach()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: said, as: UTF8.self), errors: complaints)
  }
}

/// Reads a pipe on a thread of its own: a program that fills one pipe while another is read would wait for ever.
private final class PipeReader: Sendable {
  let pipe = Pipe()
  private let group = DispatchGroup()
  private let bytes = Mutex(Data())

  func start() {
    DispatchQueue.global().async(group: group) { [self] in
      let read = pipe.fileHandleForReading.readDataToEndOfFile()
      bytes.withLock { $0 = read }
    }
  }

  func text() -> String {
    group.wait()
    return bytes.withLock { String(decoding: $0, as: UTF8.self) }
  }
}

/// Looks at the length of a file ten times a second, and acts once where it is too long.
private final class SizeWatch {
  private let timer: any DispatchSourceTimer

  init(_ file: URL, limit: Int, act: @escaping @Sendable () -> Void) {
    timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(deadline: .now() + 0.1, repeating: 0.1)
    timer.setEventHandler {
      var status = stat()
      if lstat(file.path, &status) == 0, Int(status.st_size) > limit { act() }
    }
    timer.resume()
  }

  func stop() { timer.cancel() }
}
