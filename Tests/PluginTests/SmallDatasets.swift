import Foundation
import JSON
import TestSupport
import UnlearningTesting

/// Few samples of every data set, in its published files, so that laws can be tested on all of them.
///
/// The files of MNIST and CIFAR have fixed sizes; they are real ones or none.
struct SmallDataset {
  /// The examples whose files lie in `folder`.
  let examples: Examples
  private let folder: TemporaryFolder?

  private static let data = ProcessInfo.processInfo.environment["LACUNA_DATA"] ?? ""
  private static let realFiles = [
    "mnist": "mnist", "colored-digits": "mnist", "fashion-mnist": "fashion-mnist", "cifar10": "cifar-10-batches-bin",
    "cifar100": "cifar-100-binary",
  ]

  /// Whether the files of the data set `name` can be written, or are below $LACUNA_DATA.
  static func isAvailable(_ name: String) -> Bool {
    realFiles[name].map { !data.isEmpty && FileManager.default.fileExists(atPath: "\(data)/\($0)") } ?? true
  }

  init(_ name: String) throws {
    if Self.realFiles[name] != nil {
      folder = nil
      examples = Examples(base: ["root": .string(Self.data), "train_count": 200, "test_count": 50])
      return
    }
    let folder = try TemporaryFolder()
    self.folder = folder
    let base: [String: JSONValue] = [
      "root": .string(folder.url.path), "cache": .string(folder.path("cache")), "size": 8,
    ]
    let inert = ["on_bad_picture": "no picture is damaged"]
    let draws: [[String: JSONValue]] = [["train_count": 10, "test_count": 4]]
    switch name {
    case "shapes": examples = Examples([["tint_correlation": 0.8]], base: ["train_count": 40, "test_count": 20])
    case "adult":
      try folder.writeAdult()
      examples = Examples(draws, base: ["root": .string(folder.url.path)])
    case "celeba":
      try folder.writeCelebA()
      examples = Examples(draws, base: base, inert: inert)
    case "fairface":
      try folder.writeFairFace()
      examples = Examples([["train_count": 20, "test_count": 4]], base: base, inert: inert)
    case "waterbirds":
      try folder.writeWaterbirds()
      examples = Examples(draws, base: base, inert: inert)
    case "image-folder":
      try folder.writeImageFolder()
      let groups: [String: JSONValue] = ["attributes": "groups.csv"]
      examples = Examples(
        draws + [groups, ["attributes": "groups.csv", "sensitive": "place", "empty_group": "nowhere"]],
        base: base.merging(["folder": "mine"]) { $1 },
        values: ["attributes": ["groups.csv"], "sensitive": ["light"], "empty_group": ["anywhere"]], inert: inert)
    default: examples = Examples()
    }
  }
}

extension TemporaryFolder {
  fileprivate func writePictures(_ paths: [String]) throws {
    for (number, path) in paths.enumerated() { try write(SmallPicture.png(number), to: path) }
  }

  fileprivate func write(lines: [String], to name: String) throws {
    try write(lines.joined(separator: "\n") + "\n", to: name)
  }

  fileprivate func writeAdult() throws {
    func rows(_ ages: Range<Int>) -> [String] {
      ages.map { age in
        age % 2 == 0
          ? "\(age), State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, "
            + "40, United-States, <=50K"
          : "\(age), ?, 209642, HS-grad, 9, Married-civ-spouse, ?, Wife, Black, Female, 0, 1902, 45, ?, >50K"
      }
    }
    try write(lines: rows(20..<50), to: "adult/adult.data")
    try write(lines: ["|1x3 Cross validator"] + rows(50..<70).map { $0 + "." }, to: "adult/adult.test")
  }

  fileprivate func writeCelebA() throws {
    let names = (0..<24).map { "\(100_000 + $0).jpg" }
    let signs = { (number: Int, bit: Int) in number >> bit & 1 == 1 ? "1" : "-1" }
    let rows = names.enumerated().map { "\($1) \(signs($0, 0)) \(signs($0, 1)) \(signs($0, 2))" }
    try write(lines: ["24", "Blond_Hair Male Young"] + rows, to: "celeba/list_attr_celeba.txt")
    let partition = names.enumerated().map { "\($1) \($0 < 14 ? 0 : $0 < 18 ? 1 : 2)" }
    try write(lines: partition, to: "celeba/list_eval_partition.txt")
    try writePictures(names.map { "celeba/img_align_celeba/\($0)" })
  }

  fileprivate func writeFairFace() throws {
    let ages = ["0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "more than 70"]
    let races = ["Black", "Southeast Asian", "Middle Eastern", "Indian", "Latino_Hispanic", "White", "East Asian"]
    let header = "file,age,gender,race,service_test"
    func rows(_ part: String, _ count: Int) -> [String] {
      (0..<count).map { "\(part)/\($0).jpg,\(ages[$0 % 9]),Male,\(races[$0 % 7]),True" }
    }
    try write(lines: [header] + rows("train", 45), to: "fairface/fairface_label_train.csv")
    try write(lines: [header] + rows("val", 9), to: "fairface/fairface_label_val.csv")
    let paths = (0..<45).map { "train/\($0).jpg" } + (0..<9).map { "val/\($0).jpg" }
    try writePictures(paths.map { "fairface/\($0)" })
  }

  fileprivate func writeWaterbirds() throws {
    let set = "waterbird_complete95_forest2water2"
    let names = (0..<24).map { "001.Albatross/\($0).jpg" }
    let rows = names.enumerated().map {
      "\($0),\($1),\($0 % 2),\($0 < 14 ? 0 : $0 < 18 ? 1 : 2),\($0 / 2 % 2),/p/\($0).jpg"
    }
    try write(lines: ["img_id,img_filename,y,split,place,place_filename"] + rows, to: "\(set)/metadata.csv")
    try writePictures(names.map { "\(set)/\($0)" })
  }

  fileprivate func writeImageFolder() throws {
    let paths =
      (0..<14).map { "train/\($0 % 2 == 0 ? "cat" : "dog")/\($0).png" }
      + (0..<6).map { "test/\($0 % 2 == 0 ? "cat" : "dog")/\($0).png" }
    try writePictures(paths.map { "mine/\($0)" })
    let rows = paths.enumerated().map { number, path in
      "\(path),\(number % 3 == 0 ? "a" : "b"),\(number % 4 == 0 ? "day" : "night"),\(number % 5 == 0 ? "" : "here")"
    }
    try write(lines: ["file,group,light,place"] + rows, to: "mine/groups.csv")
  }
}
