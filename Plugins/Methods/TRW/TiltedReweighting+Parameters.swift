public import Unlearning

extension TiltedReweighting {
  /// What can be set.
  public struct Parameters: ParameterSet {
    /// β, how far the target leans towards similar classes; 0 is exactly RWFT.
    public var tilt = 10.0
    /// τ of the softmax over similarities, > 0; smaller is sharper.
    public var temperature = 0.1
    /// r, the directions that PCA keeps; nil for all min(K − 1, D).
    public var pcaRank: Int?
    /// What stands for a class when classes are compared.
    public var similarity = SimilaritySource.weights
    /// Whether the tilt reads the softmax of the cosines or the cosines.
    public var score = SimilarityScore.softmax
    /// Whether the mean over classes is subtracted first.
    public var centred = true
    /// How the probability of forgotten classes is shared out before the tilt.
    public var redistribution = Redistribution.proportional
    /// What the original looks at.
    public var teacherView = TeacherView.augmented
    /// λ_f / λ_r, > 0; nil for the natural mixture |D_f| / |D_r|.
    public var forgetWeight: Double?
    /// Retained samples that take part, as a multiple of |D_f|, > 0; nil for all.
    ///
    /// 2 is a guess at the paper's TRW-2R, which nothing that could be read defines: "TRW-2R (inferred)" at best.
    public var retainRatio: Double?
    /// How retained samples are drawn.
    public var retainSampling = RetainSampling.shuffle
    /// How steps are taken.
    public var training = TrainingRecipe(epochs: 10, learningRate: 0.01, schedule: .step, stepEpochs: 5)

    /// Tilt 10, temperature 0.1, full rank; 10 epochs of SGD at rate 0.01, divided by 10 after 5.
    public init() {}

    /// What each number means.
    public static let fields =
      [
        ParameterField("tilt", "how far the target leans towards similar classes; 0 is RWFT", .weight),
        ParameterField(
          "temperature", "of the softmax over similarities; smaller is sharper (not stated in the paper; chosen)",
          .positive),
        ParameterField(
          "pca_rank", "directions that PCA keeps; none: all min(K - 1, D) (not stated in the paper; chosen)",
          .closed(1, 65_536)),
        ParameterField(
          "similarity",
          "what stands for a class: head weights, mean logits, mean features, or how features vary together",
          .oneOf(SimilaritySource.allCases.map(\.rawValue))),
        ParameterField(
          "score", "whether the tilt reads the softmax of the cosines or the cosines themselves",
          .oneOf(SimilarityScore.allCases.map(\.rawValue))),
        ParameterField("centred", "whether the mean over classes is subtracted before the cosines"),
        ParameterField(
          "redistribution", "how the probability of forgotten classes is shared out before the tilt",
          .oneOf(Redistribution.allCases.map(\.rawValue))),
        ParameterField(
          "teacher_view", "whether the original sees the student's augmented images or plain ones, once",
          .oneOf(TeacherView.allCases.map(\.rawValue))),
        ParameterField(
          "forget_weight", "weight of the forget loss over that of the retain loss; none: every sample weighs the same",
          .positive),
        ParameterField(
          "retain_ratio",
          "retained samples that take part, as a multiple of the forget set; none: all; 2.0: \"TRW-2R (inferred)\"",
          .positive),
        RetainSampling.field,
      ] + TrainingRecipe.fields(below: "training")
  }
}
