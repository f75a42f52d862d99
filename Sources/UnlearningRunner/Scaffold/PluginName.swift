/// The names of a new plugin: one word in three spellings.
package struct PluginName: Equatable {
  /// What the plugin is for.
  package var role: PluginRole
  /// In experiment files: "noisy-tuning".
  package var plugin: String
  /// The folder, which is the module: "NoisyTuning".
  package var module: String
  /// The type, "NoisyTuningMethod" of a method; one that is named like its module would hide it.
  package var type: String

  /// Modules that come with Swift or with a package that this one uses.
  private static let reserved: Set<String> = [
    "argumentparser", "crypto", "dispatch", "foundation", "glibc", "grdb", "logging", "observation",
    "orderedcollections", "regexbuilder", "swift", "synchronization", "testing", "xctest",
  ]

  /// The spellings of `name`, which is kebab-case or UpperCamelCase.
  package init(_ name: String, of role: PluginRole) throws(ScaffoldError) {
    let words = try Self.words(of: name)
    self.role = role
    plugin = words.joined(separator: "-")
    module = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    type = module + role.typeSuffix
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

  /// The name as a title, "Noisy tuning".
  var title: String {
    let words = plugin.replacing("-", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }

  /// The plugin itself: one that works, to be changed.
  package var source: String {
    switch role {
    case .methods: MethodTemplate.source(self)
    case .attacks: AttackTemplate.source(self)
    case .metrics: MetricTemplate.source(self)
    case .datasets: DatasetTemplate.source(self)
    case .architectures: ArchitectureTemplate.source(self)
    }
  }

  /// Its tests: what is particular to it; the laws that hold for every plugin of its role are tested for it, too.
  package var test: String {
    switch role {
    case .methods: MethodTemplate.test(self)
    case .attacks: AttackTemplate.test(self)
    case .metrics: MetricTemplate.test(self)
    case .datasets: DatasetTemplate.test(self)
    case .architectures: ArchitectureTemplate.test(self)
    }
  }
}

extension PluginRole {
  /// Where its plugins are, below the root of the package.
  var folder: String { "Plugins/\(rawValue.prefix(1).uppercased() + rawValue.dropFirst())" }

  /// The line above its types in the list of plugins.
  var heading: String {
    switch self {
    case .methods: "// Methods"
    case .attacks: "// Attacks"
    case .metrics: "// Metrics"
    case .datasets: "// Data sets"
    case .architectures: "// Architectures"
    }
  }

  /// What the name of a type ends in.
  fileprivate var typeSuffix: String {
    switch self {
    case .methods: "Method"
    case .attacks: "Attack"
    case .metrics: "Metric"
    case .datasets: "Source"
    case .architectures: "Architecture"
    }
  }
}
