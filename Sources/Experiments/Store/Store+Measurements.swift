import ConfigYAML
import JSON
import Unlearning

extension Store {
  static let measurementsFile = "measurements.json"

  /// The measurements of an attack or metric step.
  ///
  /// - Parameter expected: The plan's expectations, if there is a plan.
  /// - Throws: `StoreError.damaged`, also where an intact file has another format, or values that the plugin cannot
  ///   return.
  func measurements(
    of key: StepKey, expected: ExpectedMeasurements? = nil
  ) throws(StoreError) -> [MeasuredValue] {
    try decode(Self.measurementsFile, of: key, as: "measurements") { bytes throws in
      let text = String(decoding: bytes, as: UTF8.self)
      let values = try JSONValue(parsing: text, file: Self.measurementsFile).decode([MeasuredValue].self)
      try MeasurementError.check(values, expected: expected ?? ExpectedMeasurements())
      return values
    }
  }
}
