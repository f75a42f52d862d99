/// The body of a classifier in blocks, for what reads or trains a part of it.
///
/// A block begins with a layer that has weights, such as a convolution or a stage of residual blocks, and has the
/// normalization, ReLU, pooling and flattening that follow it.
extension Classifier {
  /// For each block the name of the layer that it begins with, in order; empty for a body without weights.
  public var blockNames: [String] { blocks.map(\.name) }

  /// The output `[N, …]` of the first `count` ≥ 1 blocks for images `[N, H, W, C]`, in evaluate mode.
  public func evaluate(_ images: Tensor, throughBlocks count: Int) -> Tensor {
    let front = Sequential(Array(layers[..<blocks[count - 1].end]))
    let pass = Pass(parameters: parameters, statistics: statistics, mode: .evaluate, tape: nil)
    return front(Variable(images), at: "", in: pass).value
  }

  /// A classifier of the outputs of the first `count` ≥ 1 blocks, with copies of the others before `added` and a new head.
  ///
  /// - Parameters:
  ///   - count: Blocks that it has not.
  ///   - added: Layers between the last block and the head; the last of them returns rows `[N, D]`.
  ///   - classCount: Outputs of the new head.
  ///   - random: Source of the initial parameters of `added` and of the head.
  public func remainder(
    afterBlocks count: Int, then added: [(name: String, layer: any Layer)], classCount: Int, random: RandomSource
  ) -> Classifier {
    let block = blocks[count - 1]
    let copied = Array(layers[block.end...])
    var model = Classifier(
      body: Sequential(copied + added), imageShape: block.output, classCount: classCount, random: random)
    var declared = Declarations()
    _ = Sequential(copied).declare(at: "", input: block.output, in: &declared)
    for name in declared.names { model.parameters[name] = parameters[name] }
    for name in declared.statistics.names { model.statistics[name] = statistics[name] }
    return model
  }

  private var layers: [(name: String, layer: any Layer)] { (body as? Sequential)?.layers ?? [("", body)] }

  /// For each block its name, the index after its last layer and the shape of one sample's output.
  private var blocks: [(name: String, end: Int, output: [Int])] {
    var shape = imageShape
    var blocks: [(name: String, end: Int, output: [Int])] = []
    for (place, (name, layer)) in layers.enumerated() {
      var declared = Declarations()
      shape = layer.declare(at: name, input: shape, in: &declared)
      if !declared.names.isEmpty, !(layer is BatchNorm) {
        blocks.append((name, place + 1, shape))
      } else if !blocks.isEmpty {
        (blocks[blocks.count - 1].end, blocks[blocks.count - 1].output) = (place + 1, shape)
      }
    }
    return blocks
  }
}
