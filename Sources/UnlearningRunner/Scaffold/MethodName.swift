/// The names of a new method: one word in three spellings.
package struct MethodName: Equatable {
  /// In experiment files: "noisy-tuning".
  package var plugin: String
  /// The folder, which is the module: "NoisyTuning".
  package var module: String
  /// The type, "NoisyTuningMethod"; one that is named like its module would hide it.
  package var type: String

  /// Modules that come with Swift or with a package that this one uses.
  private static let reserved: Set<String> = [
    "argumentparser", "crypto", "dispatch", "foundation", "glibc", "grdb", "logging", "observation",
    "orderedcollections", "regexbuilder", "swift", "synchronization", "testing", "xctest",
  ]

  /// The spellings of `name`, which is kebab-case or UpperCamelCase.
  package init(_ name: String) throws(ScaffoldError) {
    let words = try Self.words(of: name)
    plugin = words.joined(separator: "-")
    module = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    type = module + "Method"
    guard !Self.reserved.contains(module.lowercased()) else {
      throw .badName(name, reason: "\(module) is a module of Swift or of a library")
    }
  }

  private static func words(of name: String) throws(ScaffoldError) -> [String] {
    let reason = "a name is in kebab-case and begins with a letter, like 'noisy-tuning'"
    guard name.count <= 40 else { throw .badName(name, reason: "it has more than 40 characters") }
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else {
      throw .badName(name, reason: reason)
    }
    // UpperCamelCase is read as the words that its capitals begin.
    var spelled = ""
    for (place, letter) in name.enumerated() {
      if place > 0, letter.isUppercase, !spelled.hasSuffix("-") { spelled += "-" }
      spelled += letter.lowercased()
    }
    let words = spelled.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard words.allSatisfy({ !$0.isEmpty }), words[0].first?.isLetter == true else {
      throw .badName(name, reason: reason)
    }
    return words
  }
}
