// swift-tools-version: 6.2
// A package outside of Lacuna that brings a method: the method, a program that knows it, and its test.
import PackageDescription

let package = Package(
  name: "own-method",
  dependencies: [
    // In a package of your own: the folder of your clone of Lacuna.
    .package(name: "lacuna", path: "../..")
  ],
  targets: [
    .target(name: "WeightShrinking", dependencies: [.product(name: "Lacuna", package: "lacuna")]),
    .executableTarget(
      name: "my-runner", dependencies: ["WeightShrinking", .product(name: "Lacuna", package: "lacuna")]),
    .testTarget(
      name: "WeightShrinkingTests",
      dependencies: ["WeightShrinking", .product(name: "UnlearningTesting", package: "lacuna")]),
  ]
)
