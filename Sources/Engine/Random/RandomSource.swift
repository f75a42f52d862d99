import Foundation

/// A seeded stream of random numbers from which other, independent streams can be derived.
///
/// A stream is identified by a seed, purposes and indices, never by how much was read from another stream: adding a
/// consumer does not change the numbers of any other. A value; a copy repeats the same numbers.
///
/// - Source: xoshiro256** and splitmix64, Blackman and Vigna, "Scrambled linear pseudorandom number generators",
///   ACM TOMS 2021, arXiv:1805.01407.
public struct RandomSource: RandomNumberGenerator, Sendable {
  private let key: UInt64
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The root stream of `seed`.
  public init(seed: UInt64) {
    self.init(key: mix(seed &+ 0x9e37_79b9_7f4a_7c15))
  }

  private init(key: UInt64) {
    self.key = key
    var counter = key
    func next() -> UInt64 {
      counter &+= 0x9e37_79b9_7f4a_7c15
      return mix(counter)
    }
    state = (next(), next(), next(), next())
  }

  /// The independent stream for `purpose` and `indices`; it does not depend on what was read from this one before.
  public func stream(_ purpose: String, _ indices: Int...) -> RandomSource {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ key
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = mix(hash)
    for index in indices { hash = mix(hash ^ mix(UInt64(bitPattern: Int64(index)) &+ 0x9e37_79b9_7f4a_7c15)) }
    return RandomSource(key: hash)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotate(state.3, 45)
    return result
  }

  /// A number drawn uniformly from [0, 1), a multiple of 2⁻²⁴.
  public mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// An integer drawn uniformly from 0..<`bound`; `bound` > 0.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "an empty range has no random number")
    let range = UInt64(bound)
    let unfair = (0 &- range) % range
    while true {
      let product = next().multipliedFullWidth(by: range)
      if product.low >= unfair { return Int(product.high) }
    }
  }

  /// A number drawn from the standard normal distribution.
  public mutating func normal() -> Float {
    let radius = (-2 * log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    return Float(radius * cos(2 * Double.pi * Double(next() >> 11) * 0x1p-53))
  }

  /// A random permutation of 0..<`count`.
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  /// Shuffles `items` (Fisher and Yates).
  public mutating func shuffle<T>(_ items: inout [T]) {
    guard items.count > 1 else { return }
    for last in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(last, integer(below: last + 1)) }
  }

  /// `count` of `items`, drawn without replacement, in their order in `items`.
  public mutating func sample<T>(_ count: Int, of items: [T]) -> [T] {
    precondition(count >= 0 && count <= items.count, "cannot draw \(count) of \(items.count) without replacement")
    return permutation(items.count).prefix(count).sorted().map { items[$0] }
  }
}

private func mix(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}

private func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
  (value << bits) | (value >> (64 - bits))
}
