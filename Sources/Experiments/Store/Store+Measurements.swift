import ConfigYAML
import JSON
import Unlearning

extension Store {
  static let measurementsFile = "measurements.json"

  /// What an attack or metric step left.
  ///
  /// - Parameter expected: What the plan knows of them, where there is one.
  /// - Throws: `StoreError.damaged`, also where the file is whole and of another form, or its values are none that the plugin
  ///   may return.
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
