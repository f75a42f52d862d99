import CKernels
import Foundation
import Synchronization

/// The memory of tensors: `count` Float32 values, 64-byte aligned, taken from the buffer cache and returned to it.
///
/// Safe to share because it is written only while its creator holds the only reference.
final class Storage: @unchecked Sendable {
  let count: Int
  let pointer: UnsafeMutablePointer<Float>
  private let capacity: Int

  /// Uninitialized memory.
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

/// Free buffers by size, so that a training loop allocates nothing from the system after its first steps.
final class BufferCache: Sendable {
  static let shared = BufferCache()

  private struct Address: @unchecked Sendable { let pointer: UnsafeMutablePointer<Float> }
  private struct State {
    var free: [Int: [Address]] = [:]
    var freeBytes = 0
    var systemAllocations = 0
  }
  private let state = Mutex(State())
  /// Free bytes above this limit are returned to the system.
  private let limit = 2 << 30

  /// Sizes are rounded up to four steps per power of two, so that tensors of nearly equal size share buffers; `Int.max`
  /// on overflow.
  static func capacity(for count: Int) -> Int {
    let least = max(count, 16)
    let step = max(16, 1 << (Int.bitWidth - least.leadingZeroBitCount - 3))
    let (sum, isTooLarge) = least.addingReportingOverflow(step - 1)
    return isTooLarge ? Int.max : sum / step * step
  }

  /// Allocations from the system since the process started.
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

  /// Returns all free buffers to the system.
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
  /// Runs `body` and returns its result with its peak tensor memory in bytes, above what was held before.
  ///
  /// Equal for every run of the same work, unlike the resident size of the process.
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

  /// Allocations of tensor memory from the system since the process started.
  public static var systemAllocations: Int { BufferCache.shared.systemAllocations }
}
