import Digests
import Data
import Foundation
import TestSupport
import Testing
import UnlearningRunner

@Suite("data fetch", .enabled(if: FileServer.python != nil, "python3 is needed for the file server"))
struct FetchTests {
  private let folder: TemporaryFolder
  private let server: FileServer
  private let said = Recorder()
  private let content = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })

  init() throws {
    folder = try TemporaryFolder()
    server = try FileServer(folder.url.appending(path: "served"))
    try content.write(to: folder.url.appending(path: "served/set.bin"))
  }

  private var root: URL { folder.url.appending(path: "data") }
  private var target: URL { root.appending(path: "set/set.bin") }
  private var part: URL { URL(filePath: target.path + ".part") }

  private func file(md5: String? = nil, size: Int? = nil, name: String = "set/set.bin") -> RemoteFile {
    let digest = MD5.hash(content).hexadecimal
    let sha = SHA256.hash(content).hexadecimal
    return RemoteFile(
      name: name, url: "http://official.invalid/path/set.bin", size: size ?? content.count, md5: md5 ?? digest,
      sha256: md5 == nil ? sha : nil)
  }

  private func fetcher(
    searchPath: String? = nil, cancellation: Cancellation = Cancellation()
  ) -> Fetcher {
    let said = said
    let path = searchPath ?? ProcessInfo.processInfo.environment["PATH"] ?? ""
    return Fetcher(root: root, base: server.address, searchPath: path, cancellation: cancellation) {
      said.append($0 + "\n")
    }
  }

  @Test func aFreshFile() throws {
    try fetcher().fetch(file())
    #expect(try Data(contentsOf: target) == content)
    #expect(server.requests == ["set.bin all"])
    #expect(!FileManager.default.fileExists(atPath: part.path))

    try fetcher().fetch(file())
    #expect(server.requests.count == 1, "a file that is right is not fetched again")
    #expect(said.text.contains("set.bin: already there\n"))
  }

  @Test func aConnectionThatEndsEarlyIsResumed() throws {
    try server.misbehave(.cut)
    let error = #expect(throws: FetchError.self) { try fetcher().fetch(file()) }
    guard case .transfer(_, _, let kept, _) = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect(kept == content.count / 2)
    #expect(try Data(contentsOf: part) == content.prefix(kept))
    #expect(!FileManager.default.fileExists(atPath: target.path))

    try server.misbehave(.none)
    try fetcher().fetch(file())
    #expect(try Data(contentsOf: target) == content)
    #expect(server.requests.last == "set.bin bytes=\(kept)-")
    #expect(!FileManager.default.fileExists(atPath: part.path))
  }

  @Test func aWholePartIsNotFetchedAgain() throws {
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.write(to: part)
    try fetcher().fetch(file())
    #expect(try Data(contentsOf: target) == content)
    #expect(server.requests.isEmpty)
  }

  @Test func aPartThatIsTooLongIsStartedAnew() throws {
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try (content + Data([1])).write(to: part)
    try fetcher().fetch(file())
    #expect(try Data(contentsOf: target) == content)
    #expect(server.requests == ["set.bin all"])
  }

  @Test func aServerWithoutRangesIsAskedForAll() throws {
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.prefix(1000).write(to: part)
    try server.misbehave(.noRanges)
    try fetcher().fetch(file())
    #expect(try Data(contentsOf: target) == content)
    #expect(server.requests == ["set.bin bytes=1000-", "set.bin all"])
  }

  @Test func aWrongChecksumIsMovedAside() throws {
    let wrong = String(repeating: "0", count: 32)
    let error = #expect(throws: FetchError.self) { try fetcher().fetch(file(md5: wrong)) }
    #expect(error?.description.contains("expected MD5 \(wrong), found ") == true, "\(String(describing: error))")
    #expect(try Data(contentsOf: URL(filePath: target.path + ".wrong")) == content)
    #expect(!FileManager.default.fileExists(atPath: target.path))
    #expect(!FileManager.default.fileExists(atPath: part.path))
  }

  @Test func aWrongSizeIsMovedAside() throws {
    let error = #expect(throws: FetchError.self) { try fetcher().fetch(file(size: content.count + 1)) }
    #expect(
      error?.description.contains("expected a size of \(content.count + 1) bytes, found \(content.count)") == true,
      "\(String(describing: error))")
  }

  @Test func aFileThatIsThereAndWrongIsReplaced() throws {
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    var damaged = content
    damaged[5] ^= 1
    try damaged.write(to: target)
    try fetcher().fetch(file())
    #expect(try Data(contentsOf: target) == content)
    #expect(try Data(contentsOf: URL(filePath: target.path + ".wrong")) == damaged)
  }

  @Test func aServerThatSaysItSendsTooMuchIsRefused() throws {
    let error = #expect(throws: FetchError.self) { try fetcher().fetch(file(size: content.count - 1)) }
    #expect(error == .tooLarge(url: "\(server.address)/set.bin", size: content.count - 1))
    #expect(folder.files.allSatisfy { !$0.hasPrefix("data/") }, "\(folder.files)")
  }

  @Test(.timeLimit(.minutes(10))) func aServerThatSendsWithoutEndIsCutOff() throws {
    try server.misbehave(.endless)
    let error = #expect(throws: FetchError.self) { try fetcher().fetch(file()) }
    #expect(error == .tooLarge(url: "\(server.address)/set.bin", size: content.count))
    #expect(folder.files.allSatisfy { !$0.hasPrefix("data/") }, "\(folder.files)")
  }

  @Test func noRedirectionToAPlainAddressIsFollowed() throws {
    try server.misbehave(.redirect)
    let error = #expect(throws: FetchError.self) { try fetcher().fetch(file()) }
    #expect(error == .redirected(url: "\(server.address)/set.bin"))
    #expect(server.requests == ["set.bin all"])
  }

  @Test func slowAndSilentServersAreGivenUp() {
    func value(_ option: String) -> String? {
      Fetcher.options.firstIndex(of: option).map { Fetcher.options[$0 + 1] }
    }
    #expect(value("--connect-timeout") == "30")
    #expect(value("--speed-limit") == "1000" && value("--speed-time") == "60")
    #expect(value("--proto-redir") == "=https")
  }

  @Test(arguments: [true, false]) func noLinkIsFollowedAtThePart(isSymbolic: Bool) throws {
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    let elsewhere = folder.url.appending(path: "mine.txt")
    try Data("mine".utf8).write(to: elsewhere)
    if isSymbolic {
      try FileManager.default.createSymbolicLink(at: part, withDestinationURL: elsewhere)
    } else {
      try FileManager.default.linkItem(at: elsewhere, to: part)
    }
    let error = #expect(throws: FetchError.self) { try fetcher().fetch(file()) }
    #expect(error?.description.contains("\(part.path): expected a partial download") == true)
    #expect(try Data(contentsOf: elsewhere) == Data("mine".utf8))
    #expect(server.requests.isEmpty)
  }

  @Test func aFileThatTheServerLacks() throws {
    try FileManager.default.removeItem(at: folder.url.appending(path: "served/set.bin"))
    let error = #expect(throws: FetchError.self) { try fetcher().fetch(file()) }
    #expect(error == .refused(url: "\(server.address)/set.bin", status: 404))
    #expect(folder.files.allSatisfy { !$0.hasPrefix("data/") }, "\(folder.files)")
  }

  @Test func anInterruptedFetchKeepsItsPart() throws {
    try server.misbehave(.stall)
    let cancellation = Cancellation()
    let part = part
    let half = content.count / 2
    Thread.detachNewThread {
      while ((try? FileManager.default.attributesOfItem(atPath: part.path)[.size]) as? Int ?? 0) < half / 2 {
        Thread.sleep(forTimeInterval: 0.02)
      }
      cancellation.cancel()
    }
    let error = #expect(throws: FetchError.self) { try fetcher(cancellation: cancellation).fetch(file()) }
    guard case .interrupted(_, let kept) = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect(kept >= half / 2)
    try server.misbehave(.none)
    try fetcher().fetch(file())
    #expect(try Data(contentsOf: target) == content)
    #expect(server.requests.last == "set.bin bytes=\(kept)-")
  }

  @Test func aMissingProgramIsNamed() throws {
    let error = #expect(throws: FetchError.self) { try fetcher(searchPath: "/nowhere").fetch(file()) }
    #expect(error == .missingTool("curl"))
  }

  @Test func anArchiveIsUnpackedWhole() throws {
    let made = folder.url.appending(path: "made/batches")
    try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
    try content.write(to: made.appending(path: "one.bin"))
    try Data("two".utf8).write(to: made.appending(path: "two.txt"))
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = [
      "tar", "-czf", folder.path("served/set.tar.gz"), "-C", folder.path("made"), "batches",
    ]
    try tar.run()
    tar.waitUntilExit()
    try #require(tar.terminationStatus == 0)
    let archive = RemoteFile(name: "set.tar.gz", url: "http://official.invalid/set.tar.gz")

    try fetcher().fetch(archive)
    #expect(
      folder.files.filter { $0.hasPrefix("data/") } == [
        "data/batches/one.bin", "data/batches/two.txt", "data/set.tar.gz",
      ])
    try fetcher().fetch(archive)
    #expect(said.text.contains("set.tar.gz: already unpacked\n"))

    try FileManager.default.removeItem(at: root.appending(path: "batches/one.bin"))
    try fetcher().fetch(archive)
    #expect(try Data(contentsOf: root.appending(path: "batches/one.bin")) == content)
    #expect(server.requests.count == 1)
  }

  @Test func anArchiveThatIsNoneIsSaid() throws {
    try Data("not gzip".utf8).write(to: folder.url.appending(path: "served/set.tar.gz"))
    let archive = RemoteFile(name: "set.tar.gz", url: "http://official.invalid/set.tar.gz")
    let error = #expect(throws: FetchError.self) { try fetcher().fetch(archive) }
    #expect(error?.description.contains("set.tar.gz: cannot be unpacked: ") == true, "\(String(describing: error))")
    #expect(folder.files.filter { $0.hasPrefix("data/") } == ["data/set.tar.gz"])
  }

  @Test func theCommandKnowsItsSets() async {
    let unknown = await runner("data", "fetch", "mnits", "--root", root.path)
    #expect(unknown.status == .badUsage)
    #expect(unknown.messages == "error: unknown data set 'mnits' (did you mean 'mnist'?)\n")
    let computed = await runner("data", "fetch", "shapes", "--root", root.path)
    #expect(computed.status == .done)
    #expect(computed.messages == "shapes is generated; there is nothing to fetch\n")
    let byHand = await runner("data", "fetch", "waterbirds", "--root", root.path)
    #expect(byHand.status == .done)
    #expect(byHand.messages.hasPrefix("waterbirds cannot be fetched; unpack https://nlp.stanford.edu/"))
    let missing = await runner("data", "fetch", "mnist", "--root", root.path, "--from", server.address)
    #expect(missing.status == .failed)
    #expect(missing.messages.contains("train-images-idx3-ubyte.gz: the server answered with HTTP status 404"))
  }
}
