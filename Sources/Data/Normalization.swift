/// The standardization of pixels to mean 0 and standard deviation 1 per channel.
///
/// A byte b of channel c becomes (b/255 − mean[c]) / deviation[c].
public struct Normalization: Sendable, Hashable, Codable {
  /// Per channel, of pixels in [0, 1].
  public var mean: [Float]
  /// Per channel, of pixels in [0, 1]; > 0.
  public var deviation: [Float]

  /// One mean and one deviation per channel; deviations > 0.
  public init(mean: [Float], deviation: [Float]) {
    precondition(mean.count == deviation.count, "one mean and one deviation per channel")
    precondition(deviation.allSatisfy { $0 > 0 }, "deviations are positive: \(deviation)")
    self.mean = mean
    self.deviation = deviation
  }

  /// Per channel: number = byte·scale + offset.
  var scale: [Float] { deviation.map { 1 / (255 * $0) } }
  var offset: [Float] { zip(mean, deviation).map { -$0 / $1 } }
}
