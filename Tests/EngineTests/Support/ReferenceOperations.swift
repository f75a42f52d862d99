import Foundation

// The operations in double precision, as plain loops over their definitions.

func referenceConvolution(
  _ x: Numbers, _ weights: Numbers, bias: Numbers?, stride: Int, padding: Int, groups: Int
) -> Numbers {
  let (batch, height, width, channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
  let (kernelHeight, kernelWidth, groupInputs) = (weights.shape[0], weights.shape[1], weights.shape[2])
  let outputs = weights.shape[3]
  let groupOutputs = outputs / groups
  let outHeight = (height + 2 * padding - kernelHeight) / stride + 1
  let outWidth = (width + 2 * padding - kernelWidth) / stride + 1
  var y = Numbers(zeros: [batch, outHeight, outWidth, outputs])
  for n in 0..<batch {
    for oy in 0..<outHeight {
      for ox in 0..<outWidth {
        let target = ((n * outHeight + oy) * outWidth + ox) * outputs
        for output in 0..<outputs { y.values[target + output] = bias?.values[output] ?? 0 }
        for ky in 0..<kernelHeight {
          let iy = oy * stride + ky - padding
          guard iy >= 0, iy < height else { continue }
          for kx in 0..<kernelWidth {
            let ix = ox * stride + kx - padding
            guard ix >= 0, ix < width else { continue }
            let source = ((n * height + iy) * width + ix) * channels
            let tap = (ky * kernelWidth + kx) * groupInputs * outputs
            for output in 0..<outputs {
              let first = source + output / groupOutputs * groupInputs
              var sum = 0.0
              for c in 0..<groupInputs { sum += x.values[first + c] * weights.values[tap + c * outputs + output] }
              y.values[target + output] += sum
            }
          }
        }
      }
    }
  }
  return y
}

/// Means and biased variances of the columns of `[…, C]`.
func referenceStatistics(_ x: Numbers) -> (mean: [Double], variance: [Double]) {
  let channels = x.shape[x.shape.count - 1]
  let rows = x.count / channels
  var mean = [Double](repeating: 0, count: channels)
  var variance = mean
  for index in x.values.indices { mean[index % channels] += x.values[index] / Double(rows) }
  for index in x.values.indices {
    let distance = x.values[index] - mean[index % channels]
    variance[index % channels] += distance * distance / Double(rows)
  }
  return (mean, variance)
}

func referenceBatchNorm(
  _ x: Numbers, scale: Numbers, shift: Numbers, statistics: (mean: [Double], variance: [Double])? = nil,
  epsilon: Double = 1e-5, residual: Numbers? = nil, rectified: Bool = false
) -> Numbers {
  let used = statistics ?? referenceStatistics(x)
  let channels = scale.count
  var y = x
  for index in x.values.indices {
    let c = index % channels
    let normal = (x.values[index] - used.mean[c]) / (used.variance[c] + epsilon).squareRoot()
    y.values[index] = scale.values[c] * normal + shift.values[c] + (residual?.values[index] ?? 0)
  }
  return rectified ? referenceRectified(y) : y
}

func referenceRectified(_ x: Numbers) -> Numbers { x.map { $0 > 0 ? $0 : 0 } }

/// `combine` of the numbers in each window of `[N, H, W, C]`; positions outside the image are left out.
func referencePool(
  _ x: Numbers, size: Int, stride: Int, padding: Int, combine: ([Double]) -> Double
) -> Numbers {
  let (batch, height, width, channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
  let outHeight = (height + 2 * padding - size) / stride + 1
  let outWidth = (width + 2 * padding - size) / stride + 1
  var y = Numbers(zeros: [batch, outHeight, outWidth, channels])
  var target = 0
  for n in 0..<batch {
    for oy in 0..<outHeight {
      for ox in 0..<outWidth {
        for c in 0..<channels {
          var seen: [Double] = []
          for iy in (oy * stride - padding)..<(oy * stride - padding + size) where iy >= 0 && iy < height {
            for ix in (ox * stride - padding)..<(ox * stride - padding + size) where ix >= 0 && ix < width {
              seen.append(x.values[((n * height + iy) * width + ix) * channels + c])
            }
          }
          y.values[target] = combine(seen)
          target += 1
        }
      }
    }
  }
  return y
}

func referenceGlobalAverage(_ x: Numbers) -> Numbers {
  let (batch, area, channels) = (x.shape[0], x.shape[1] * x.shape[2], x.shape[3])
  var y = Numbers(zeros: [batch, channels])
  for index in x.values.indices {
    y.values[index / (area * channels) * channels + index % channels] += x.values[index] / Double(area)
  }
  return y
}

/// `[M, K]`·`[K, N]` → `[M, N]`.
func referenceProduct(_ a: Numbers, _ b: Numbers) -> Numbers {
  let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
  var out = Numbers(zeros: [m, n])
  for row in 0..<m {
    for inner in 0..<k {
      let factor = a.values[row * k + inner]
      for column in 0..<n { out.values[row * n + column] += factor * b.values[inner * n + column] }
    }
  }
  return out
}

func referenceTransposed(_ a: Numbers) -> Numbers {
  let (rows, columns) = (a.shape[0], a.shape[1])
  var out = Numbers(zeros: [columns, rows])
  for row in 0..<rows {
    for column in 0..<columns { out.values[column * rows + row] = a.values[row * columns + column] }
  }
  return out
}

/// `[N, A]`, `[N, B]` → `[N, A + B]`.
func referenceSideBySide(_ a: Numbers, _ b: Numbers) -> Numbers {
  let (rows, left, right) = (a.shape[0], a.shape[1], b.shape[1])
  var out = Numbers(zeros: [rows, left + right])
  for row in 0..<rows {
    for column in 0..<left { out.values[row * (left + right) + column] = a.values[row * left + column] }
    for column in 0..<right { out.values[row * (left + right) + left + column] = b.values[row * right + column] }
  }
  return out
}

func referenceLinear(_ x: Numbers, _ weights: Numbers, _ bias: Numbers?) -> Numbers {
  var y = referenceProduct(x, referenceTransposed(weights))
  guard let bias else { return y }
  for index in y.values.indices { y.values[index] += bias.values[index % bias.count] }
  return y
}

/// The log-softmax of each row.
func referenceLogSoftmax(_ x: Numbers) -> Numbers {
  let columns = x.shape[x.shape.count - 1]
  var y = x
  for start in stride(from: 0, to: x.count, by: columns) {
    let row = x.values[start..<start + columns]
    let largest = row.reduce(-Double.infinity, max)
    let logSum = log(row.reduce(0) { $0 + exp($1 - largest) })
    for column in 0..<columns { y.values[start + column] = x.values[start + column] - largest - logSum }
  }
  return y
}

/// The mean over rows of −Σ target·log p.
func referenceCrossEntropy(_ logits: Numbers, _ targets: Numbers) -> Numbers {
  let logProbabilities = referenceLogSoftmax(logits)
  let sum = zip(logProbabilities.values, targets.values).reduce(0) { $1.1 == 0 ? $0 : $0 - $1.0 * $1.1 }
  return .scalar(sum / Double(logits.shape[0]))
}
