import Foundation

/// A local file server that supports ranges and can fail on request; needs Python.
final class FileServer {
  /// The failure of the next answers.
  enum Fault: String {
    case none
    /// The connection ends after half of the bytes.
    case cut
    /// Nothing more comes after half of the bytes.
    case stall
    /// Ranges are ignored.
    case noRanges
    /// The answer has no size and never ends.
    case endless
    /// To the same file at another plain address.
    case redirect
  }

  let address: String
  private let process = Process()
  private let folder: URL

  static let python: URL? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { URL(filePath: "\($0)/python3") }.first { FileManager.default.isExecutableFile(atPath: $0.path) }

  /// Serves the files of `folder`; requests are logged in `<folder>.log`.
  init(_ folder: URL) throws {
    self.folder = folder
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let output = Pipe()
    process.executableURL = Self.python
    process.arguments = ["-c", Self.program, folder.path, folder.path + ".log", folder.path + ".fault"]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var line = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty, byte != Data("\n".utf8) {
      line += byte
    }
    address = "http://127.0.0.1:\(String(decoding: line, as: UTF8.self))"
  }

  deinit {
    // The server may ignore other signals, if it was started while a test handled interrupts.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func misbehave(_ fault: Fault) throws {
    try Data(fault.rawValue.utf8).write(to: URL(filePath: folder.path + ".fault"))
  }

  /// "name range" of each request, in their order.
  var requests: [String] {
    let text = (try? String(contentsOfFile: folder.path + ".log", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  private static let program = """
    import http.server, os, sys, time
    folder, log, fault_file = sys.argv[1:4]
    class Handler(http.server.BaseHTTPRequestHandler):
      def do_GET(self):
        wanted = self.headers.get("Range", "")
        with open(log, "a") as f: f.write(self.path[1:] + " " + (wanted or "all") + "\\n")
        fault = open(fault_file).read() if os.path.exists(fault_file) else "none"
        if fault == "redirect":
          self.send_response(302)
          self.send_header("Location", "http://127.0.0.1:%d/other.bin" % self.server.server_address[1])
          self.end_headers()
          return
        if fault == "endless":
          self.send_response(200)
          self.end_headers()
          self.close_connection = True
          try:
            while True:
              self.wfile.write(bytes(1 << 16))
              time.sleep(0.005)
          except OSError: return
        path = os.path.join(folder, os.path.basename(self.path))
        if not os.path.exists(path): return self.send_error(404)
        data = open(path, "rb").read()
        start = int(wanted[6:].split("-")[0]) if wanted and fault != "noRanges" else 0
        if start >= len(data) > 0: return self.send_error(416)
        self.send_response(206 if start else 200)
        if start: self.send_header("Content-Range", "bytes %d-%d/%d" % (start, len(data) - 1, len(data)))
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        part = data[start:]
        self.wfile.write(part[:len(part) // 2] if fault in ("cut", "stall") else part)
        self.wfile.flush()
        if fault == "stall": time.sleep(60)
        self.close_connection = True
      def log_message(self, *_): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """
}
