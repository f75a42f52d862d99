/// Why a training or an unlearning call ends without a model.
public enum UnlearningError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The loss was infinite or NaN at this step of this epoch, both counted from 0.
  case lossNotFinite(epoch: Int, step: Int)
  /// The parameters were no longer finite after this epoch.
  case parametersNotFinite(epoch: Int)
  /// The finished model has an infinite number or NaN; `tensor` is the first such parameter or running statistic.
  case modelNotFinite(tensor: String)
  /// The forget set has no samples.
  case emptyForgetSet
  /// The method needs retain data and the retain set has no samples.
  case emptyRetainSet
  /// The recipe selects an epoch by validation accuracy, and there are no validation samples.
  case noValidationData
  /// The method does not support the kind of the request.
  case unsupportedRequest(String)
  /// The run was interrupted.
  case cancelled

  /// The cause and a remedy, in one message for the user.
  public var description: String {
    switch self {
    case .lossNotFinite(let epoch, let step):
      "the loss is not finite at epoch \(epoch), step \(step); a smaller learning rate may help"
    case .parametersNotFinite(let epoch):
      "the parameters are not finite after epoch \(epoch); a smaller learning rate may help"
    case .modelNotFinite(let tensor):
      "the finished model's '\(tensor)' has numbers that are not finite; a smaller learning rate may help"
    case .emptyForgetSet: "the forget set is empty"
    case .emptyRetainSet: "the retain set is empty, and the method needs it"
    case .noValidationData:
      "'keep: best-validation' needs validation samples, and the data set has none: give a 'validation_fraction'"
    case .unsupportedRequest(let reason): reason
    case .cancelled: "the run was interrupted"
    }
  }
}
