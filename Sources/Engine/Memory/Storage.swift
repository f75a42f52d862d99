import CKernels
import Foundation
import Synchronization

/// The memory of tensors: `count` numbers, 64-byte aligned, taken from and given back to the buffer cache.
///
/// Safe to share because it is written only while its creator is its only holder.
final class Storage: @unchecked Sendable {
  let count: Int
  let pointer: UnsafeMutablePointer<Float>
  private let capacity: Int

  /// Uninitialised memory.
  ///
  /// Does not return when the system refuses the memory; see `AllocationFailure`.
  init(count: Int) {
    self.count = count
    capacity = BufferCache.capacity(for: count)
    pointer = BufferCache.shared.take(capacity)
    lacuna_meter_add(Int64(capacity * MemoryLayout<Float>.stride))
  }

  deinit {
    lacuna_meter_add(-Int64(capacity * MemoryLayout<Float>.stride))
    BufferCache.shared.give(back: pointer, capacity: capacity)
  }

  func copy() -> Storage {
    let result = Storage(count: count)
    result.pointer.update(from: pointer, count: count)
    return result
  }

  var buffer: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: pointer, count: count) }
}

/// Free buffers by size, so that a training step in its steady state asks the system for nothing.
final class BufferCache: Sendable {
  static let shared = BufferCache()

  private struct Address: @unchecked Sendable { let pointer: UnsafeMutablePointer<Float> }
  private struct State {
    var free: [Int: [Address]] = [:]
    var freeBytes = 0
    var systemAllocations = 0
  }
  private let state = Mutex(State())
  /// More than this is handed back to the system.
  private let limit = 2 << 30

  /// Sizes are rounded up to four steps per power of two, so that nearly equal tensors share buffers; the greatest integer
  /// where that is more.
  static func capacity(for count: Int) -> Int {
    let least = max(count, 16)
    let step = max(16, 1 << (Int.bitWidth - least.leadingZeroBitCount - 3))
    let (sum, isTooLarge) = least.addingReportingOverflow(step - 1)
    return isTooLarge ? Int.max : sum / step * step
  }

  /// How often memory was taken from the system since the start of the process.
  var systemAllocations: Int { state.withLock { $0.systemAllocations } }

  func take(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    let cached = state.withLock { state -> Address? in
      guard let address = state.free[capacity]?.popLast() else {
        state.systemAllocations += 1
        return nil
      }
      state.freeBytes -= capacity * MemoryLayout<Float>.stride
      return address
    }
    if let cached { return cached.pointer }
    let (bytes, isTooLarge) = capacity.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    if isTooLarge { AllocationFailure.refuse(Int.max) }
    guard
      let raw = Self.allocate(bytes)
        ?? {
          dropFree(); return Self.allocate(bytes)
        }()
    else { AllocationFailure.refuse(bytes) }
    return raw.bindMemory(to: Float.self, capacity: capacity)
  }

  private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? { aligned_alloc(64, bytes) }

  /// Hands all free buffers back to the system.
  private func dropFree() {
    let dropped = state.withLock { state in
      defer {
        state.free = [:]
        state.freeBytes = 0
      }
      return state.free.values.flatMap { $0 }
    }
    for address in dropped { free(address.pointer) }
  }

  func give(back pointer: UnsafeMutablePointer<Float>, capacity: Int) {
    let bytes = capacity * MemoryLayout<Float>.stride
    let address = Address(pointer: pointer)
    let kept = state.withLock { state -> Bool in
      guard state.freeBytes + bytes <= limit else { return false }
      state.free[capacity, default: []].append(address)
      state.freeBytes += bytes
      return true
    }
    if !kept { free(address.pointer) }
  }
}

/// Measures the tensor memory that a call takes on its thread.
public enum MemoryMeter {
  /// Runs `body` and returns its result with the most tensor memory, in bytes, that it held at once beyond what was
  /// held before.
  ///
  /// The same for every run of the same work, unlike the resident size of the process.
  public static func measure<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> (result: Result, peakBytes: Int) {
    let before = lacuna_meter_current()
    let outer = lacuna_meter_begin()
    do throws(Failure) {
      let result = try body()
      return (result, Int(max(0, lacuna_meter_end(outer) - before)))
    } catch {
      _ = lacuna_meter_end(outer)
      throw error
    }
  }

  /// How often tensor memory was taken from the system since the start of the process.
  public static var systemAllocations: Int { BufferCache.shared.systemAllocations }
}
