/// What stops a training or an unlearning call.
public enum UnlearningError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The loss was infinite or NaN at this step of this epoch, both counted from 0.
  case lossNotFinite(epoch: Int, step: Int)
  /// The parameters were no longer finite after this epoch.
  case parametersNotFinite(epoch: Int)
  /// The finished model has numbers that are not finite; the first tensor with any, a parameter or a running statistic.
  case modelNotFinite(tensor: String)
  /// Nothing to forget.
  case emptyForgetSet
  /// The method needs retain data and there are none.
  case emptyRetainSet
  /// An epoch is to be chosen by validation samples, and there are none.
  case noValidationData
  /// The request is of a kind that the method cannot serve.
  case unsupportedRequest(String)
  /// The deadline of the run has passed.
  case deadlineExceeded
  /// The run was interrupted.
  case cancelled

  /// What happened and what to do.
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
    case .deadlineExceeded: "the time that the run was given is up"
    case .cancelled: "the run was interrupted"
    }
  }
}
