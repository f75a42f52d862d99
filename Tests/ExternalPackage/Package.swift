// swift-tools-version: 6.2
// A method outside of Lacuna's repository: what another package looks like that brings one.
import PackageDescription

let package = Package(
  name: "external-method",
  dependencies: [.package(name: "lacuna", path: "../..")],
  targets: [
    .executableTarget(name: "my-runner", dependencies: [.product(name: "Lacuna", package: "lacuna")])
  ]
)
