private let address = "https://ossci-datasets.s3.amazonaws.com/mnist/"

extension IDXSet {
  /// The handwritten digits of MNIST; several data sets are derived from them.
  public static let mnist = IDXSet(
    name: "mnist", folder: "mnist", source: address, classNames: (0...9).map { "\($0)" },
    normalization: Normalization(mean: [0.1307], deviation: [0.3081]))

  /// The four files of MNIST, as published.
  public static let mnistFiles = [
    RemoteFile(
      name: "mnist/train-images-idx3-ubyte.gz", url: address + "train-images-idx3-ubyte.gz", size: 9_912_422,
      md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
      sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    RemoteFile(
      name: "mnist/train-labels-idx1-ubyte.gz", url: address + "train-labels-idx1-ubyte.gz", size: 28_881,
      md5: "d53e105ee54ea40749a09fcbcd1e9432",
      sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    RemoteFile(
      name: "mnist/t10k-images-idx3-ubyte.gz", url: address + "t10k-images-idx3-ubyte.gz", size: 1_648_877,
      md5: "9fb629c4189551a2d022fa330f9573f3",
      sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    RemoteFile(
      name: "mnist/t10k-labels-idx1-ubyte.gz", url: address + "t10k-labels-idx1-ubyte.gz", size: 4_542,
      md5: "ec29112dd5afa0611ce80d1b7f02629c",
      sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
  ]
}
