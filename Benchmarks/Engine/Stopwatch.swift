/// The time of repeated work.
enum Stopwatch {
  /// The median time of `steps` runs of `body`, in seconds; two runs before them are not counted.
  static func seconds(_ steps: Int, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    let times = (0..<steps + 2).map { _ in clock.measure(body) }.dropFirst(2).sorted()
    return seconds((times[(times.count - 1) / 2] + times[times.count / 2]) / 2)
  }

  static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
