// swift-tools-version: 6.2
import PackageDescription

// One line per folder of Plugins/, alphabetical. Their types are listed in Sources/BuiltIns/BuiltIns.swift.
let architectures = ["CIFARResNet", "LeNet", "MLP", "ResNet18", "VGG"]
let attacks = [
  "ForestMIA", "ForgettingQuality", "KLoM", "LiRA", "LogisticMIA", "MIANN", "MIASVC", "Relearning", "RMIA", "RULI",
  "SampleLiRA", "SampleRULI", "SampleULiRA", "ThreeSampleTest", "ThresholdMIA", "ULiRA",
]
let datasets = [
  "Adult", "CelebA", "CIFAR10", "CIFAR100", "ColoredDigits", "FairFace", "FashionMNIST", "ImageFolder", "MNIST",
  "Shapes", "Waterbirds",
]
let methods = [
  "FineTune", "GradientAscent", "L1Sparse", "MIU", "NegGradPlus", "RandomLabels", "Retrain", "RWFT", "SalUn", "SCRUB",
  "TRW",
]
let metrics = [
  "Accuracy", "AUS", "AverageGap", "DiscrepancyByDistance", "Energy", "EnergyGap", "EqualizedOdds", "ForgetConfusion",
  "GroupAccuracy", "IDI", "PeakMemory", "PredictionDistance", "RepresentationProbe", "Retention", "RunTime",
  "TotalVariation", "TugOfWar", "WeightDistance", "ZRF",
]

func plugins(_ names: [String], in folder: String) -> [Target] {
  names.map { name in
    let own: [Target.Dependency] = name == "MIU" ? ["MutualInformation"] : []
    return .target(name: name, dependencies: ["Data", "Engine", "Unlearning"] + own, path: "Plugins/\(folder)/\(name)")
  }
}
let pluginTargets =
  plugins(architectures, in: "Architectures") + plugins(attacks, in: "Attacks") + plugins(datasets, in: "Datasets")
  + plugins(methods, in: "Methods") + plugins(metrics, in: "Metrics")
let pluginDependencies = pluginTargets.map { Target.Dependency.target(name: $0.name) }

// The hot loops stay optimized in debug builds, so that a plain `swift run runner` is usable.
let optimizedInDebug: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

// `make docs` alone needs the plugin that builds the documentation, so that nobody else fetches it.
let documentation: [Package.Dependency] =
  Context.environment["LACUNA_DOCS"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

let package = Package(
  name: "lacuna",
  products: [
    .executable(name: "runner", targets: ["runner"]),
    .library(
      name: "Lacuna",
      targets: [
        "JSON", "Engine", "Data", "Unlearning", "MutualInformation", "ConfigYAML", "Experiments", "BuiltIns",
        "UnlearningRunner",
      ]),
    .library(name: "UnlearningTesting", targets: ["UnlearningTesting"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ] + documentation,
  targets: [
    // C libraries of the system, and our own C kernels.
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CSVM", providers: [.apt(["libsvm-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("m")]),
    .target(
      name: "CPictures", dependencies: ["CJPEG", "CPNG"],
      linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png16")]),

    // The libraries; each imports only what stands above it.
    .target(name: "JSON"),
    .target(name: "Digests", dependencies: ["CCrypto"]),
    .target(name: "SystemErrors"),
    .target(name: "Revision", plugins: ["WriteRevision"]),
    .plugin(name: "WriteRevision", capability: .buildTool(), path: "Sources/WriteRevision"),
    .target(
      name: "Engine", dependencies: ["CKernels", "COpenBLAS", "JSON", collections], swiftSettings: optimizedInDebug),
    .target(
      name: "Data", dependencies: ["CPictures", "CZlib", "Digests", "Engine", "SystemErrors"],
      swiftSettings: optimizedInDebug),
    .target(
      name: "Unlearning", dependencies: ["CSVM", "Data", "Engine", "JSON", logging], swiftSettings: optimizedInDebug),
    .target(name: "MutualInformation", dependencies: ["Engine"], swiftSettings: optimizedInDebug),
    .target(name: "ConfigYAML", dependencies: ["CYAML", "JSON", "SystemErrors"]),
    .target(
      name: "Experiments",
      dependencies: [
        "ConfigYAML", "Data", "Digests", "Engine", "JSON", "SystemErrors", "Unlearning", heap, logging,
      ]),
    .target(name: "UnlearningTesting", dependencies: ["Data", "Engine", "JSON", "Unlearning", logging]),
    .target(name: "BuiltIns", dependencies: ["Unlearning"] + pluginDependencies),
    .target(
      name: "UnlearningRunner",
      dependencies: [
        "ConfigYAML", "Data", "Digests", "Engine", "Experiments", "JSON", "Revision", "SystemErrors", "Unlearning",
        argumentParser,
      ]),
    .executableTarget(name: "runner", dependencies: ["BuiltIns", "UnlearningRunner"]),
    .executableTarget(
      name: "engine-benchmark",
      dependencies: ["CIFARResNet", "Engine", "LeNet", "MLP", "ResNet18", "Unlearning", "VGG"],
      path: "Benchmarks/Engine"),
  ] + pluginTargets + [
    .target(name: "TestSupport", path: "Tests/Support"),
    .testTarget(name: "ConfigYAMLTests", dependencies: ["ConfigYAML", "JSON"]),
    .testTarget(name: "DigestsTests", dependencies: ["Digests"]),
    .testTarget(name: "DataTests", dependencies: ["Data", "Engine", "TestSupport"]),
    .testTarget(name: "EngineTests", dependencies: ["CKernels", "Engine", "TestSupport", "UnlearningTesting"]),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: [
        "BuiltIns", "ConfigYAML", "Data", "Engine", "Experiments", "JSON", "Shapes", "TestSupport", "Unlearning",
      ]),
    .testTarget(
      name: "PluginTests",
      dependencies: [
        "BuiltIns", "Data", "Engine", "Experiments", "JSON", "TestSupport", "Unlearning", "UnlearningTesting", logging,
      ] + pluginDependencies),
    .testTarget(
      name: "RunnerTests",
      dependencies: [
        "BuiltIns", "ConfigYAML", "Data", "Digests", "Engine", "Experiments", "JSON", "Revision", "TestSupport",
        "Unlearning", "UnlearningRunner", "runner",
      ]),
    .testTarget(
      name: "MutualInformationTests",
      dependencies: ["Engine", "MutualInformation", "TestSupport", "UnlearningTesting"]),
    .testTarget(
      name: "UnlearningTests",
      dependencies: ["ConfigYAML", "JSON", "TestSupport", "Unlearning", "UnlearningTesting"]),
  ]
)

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
