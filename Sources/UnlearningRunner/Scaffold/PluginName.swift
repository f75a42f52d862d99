import Unlearning

/// The name of a new plugin in three spellings.
package struct PluginName: Equatable {
  /// The role of the plugin.
  package var role: PluginRole
  /// In experiment files: "noisy-tuning".
  package var plugin: String
  /// The folder, which is the module: "NoisyTuning".
  package var module: String
  /// The type, "NoisyTuningMethod" for a method; a type with the name of its module would shadow the module.
  package var type: String

  /// Words of experiment files: YAML reads some of them as null or as truth values, and the others have a meaning of their
  /// own there.
  private static let wordsOfFiles: Set<String> = [
    "each", "false", "n", "no", "null", "off", "on", "original", "sweep", "true", "y", "yes", "zip",
  ]
  /// Rows and columns of tables that no plugin makes.
  private static let wordsOfTables = Set(Baseline.allCases.map { $0.rawValue.replacing(" ", with: "-") } + ["notes"])
  /// Words of Swift in lower case: `Type` and `Protocol` cannot be declared, and others only in backticks.
  private static let keywords: Set<String> = [
    "actor", "any", "as", "associatedtype", "async", "await", "borrowing", "break", "case", "catch", "class",
    "consuming", "continue", "default", "defer", "deinit", "do", "else", "enum", "extension", "fallthrough",
    "fileprivate", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "isolated",
    "let", "macro", "main", "module", "nil", "nonisolated", "open", "operator", "package", "precedencegroup",
    "private", "protocol", "public", "repeat", "rethrows", "return", "self", "sending", "some", "static", "struct",
    "subscript", "super", "switch", "throw", "throws", "try", "type", "typealias", "var", "where", "while", "yield",
  ]
  /// Types of the standard library, Foundation and Swift Testing in lower case: the generated code, and what replaces it,
  /// names them.
  private static let types: Set<String> = [
    "array", "bool", "character", "codable", "collection", "comparable", "data", "date", "decodable", "decoder",
    "dictionary", "double", "encodable", "encoder", "equatable", "error", "float", "float16", "float32", "float64",
    "hashable", "identifiable", "int", "int128", "int16", "int32", "int64", "int8", "iteratorprotocol", "mutex",
    "never", "nserror", "optional", "range", "result", "sendable", "sequence", "set", "string", "substring",
    "suite", "tag", "task", "test", "trait", "uint", "uint128", "uint16", "uint32", "uint64", "uint8", "unicode",
    "url", "uuid", "void",
  ]
  /// Modules of Swift and of the packages that this one uses, in lower case.
  private static let reserved: Set<String> = [
    "argumentparser", "collections", "cxx", "cxxstdlib", "dequemodule", "dispatch", "distributed", "foundation",
    "foundationessentials", "foundationinternationalization", "foundationnetworking", "foundationxml", "glibc",
    "heapmodule", "logging", "observation", "orderedcollections", "regexbuilder", "runner", "runtime", "swift",
    "synchronization", "testing", "xctest",
  ]

  /// The spellings of `name`, which is kebab-case or UpperCamelCase.
  package init(_ name: String, of role: PluginRole) throws(ScaffoldError) {
    let words = try Self.words(of: name)
    self.role = role
    plugin = words.joined(separator: "-")
    module = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    type = module + role.typeSuffix
    guard !Self.wordsOfFiles.contains(plugin) else {
      throw .badName(name, reason: "the word '\(plugin)' has another meaning in experiment files")
    }
    guard !Self.wordsOfTables.contains(plugin) else {
      throw .badName(name, reason: "tables have a row or a column of this name")
    }
    guard !Self.keywords.contains(module.lowercased()) else {
      throw .badName(name, reason: "'\(module.lowercased())' is a word of Swift")
    }
    guard !Self.types.contains(module.lowercased()) else {
      throw .badName(name, reason: "\(module) is a type of Swift's libraries, which plugins use")
    }
    guard !Self.reserved.contains(module.lowercased()) else {
      throw .badName(name, reason: "\(module) is a module of Swift or of a library")
    }
  }

  private static func words(of name: String) throws(ScaffoldError) -> [String] {
    let reason = "a name is in kebab-case and starts with a letter, such as 'noisy-tuning'"
    guard name.count <= 40 else { throw .badName(name, reason: "it has more than 40 characters") }
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else {
      throw .badName(name, reason: reason)
    }
    // UpperCamelCase is split at its capitals.
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

  /// The source of the plugin: a working one, to be changed.
  package var source: String {
    switch role {
    case .methods: MethodTemplate.source(self)
    case .attacks: AttackTemplate.source(self)
    case .metrics: MetricTemplate.source(self)
    case .datasets: DatasetTemplate.source(self)
    case .architectures: ArchitectureTemplate.source(self)
    }
  }

  /// The tests of what is specific to it; the laws for all plugins of its role are tested elsewhere.
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
  /// The folder of its plugins, relative to the root of the package.
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

  /// The suffix of type names.
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
