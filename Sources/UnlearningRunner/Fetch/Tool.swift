import Data
import Dispatch
import Foundation
import Synchronization
import SystemErrors

/// A program for downloading or unpacking.
struct Tool: Sendable {
  private let executable: URL

  /// Finds the program `name` in the folders of `searchPath`, which are separated by colons.
  init(_ name: String, searchPath: String) throws(FetchError) {
    let places = searchPath.split(separator: ":").map { URL(filePath: "\($0)/\(name)") }
    let found = places.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    guard let found else { throw .missingTool(name) }
    executable = found
  }

  /// The output and exit status of a program.
  struct Outcome: Sendable {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs the program to its end; `cancellation` can kill it.
  ///
  /// - Parameters:
  ///   - showsErrors: Whether its messages go to the standard error of this process instead of the outcome.
  ///   - growing: A file that the program writes; the program is killed if the file becomes larger than `limit` bytes.
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
    // The program may have inherited a disposition that ignores gentler signals; what it has written is not lost.
    cancellation.attach { kill(number, SIGKILL) }
    errors?.start()
    // Older versions of curl check only the size that the server announces, and many servers announce none.
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

/// Reads a pipe on its own thread: a program that fills one pipe while only the other is read would block for ever.
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

/// Checks the length of a file ten times per second, and acts once if it is too large.
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
