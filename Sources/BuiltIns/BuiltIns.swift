import AUS
import Accuracy
import Adult
import AverageGap
import CIFAR10
import CIFAR100
import CIFARResNet
import CelebA
import ColoredDigits
import DiscrepancyByDistance
import Energy
import EnergyGap
import EqualizedOdds
import FairFace
import FashionMNIST
import FineTune
import ForestMIA
import ForgetConfusion
import ForgettingQuality
import GradientAscent
import GroupAccuracy
import IDI
import ImageFolder
import KLoM
import L1Sparse
import LeNet
import LiRA
import LogisticMIA
import MIANN
import MIASVC
import MIU
import MLP
import MNIST
import NegGradPlus
import PeakMemory
import PredictionDistance
import RMIA
import RULI
import RWFT
import RandomLabels
import Relearning
import RepresentationProbe
import ResNet18
import Retention
import Retrain
import RunTime
import SCRUB
import SalUn
import SampleLiRA
import SampleRULI
import SampleULiRA
import Shapes
import TRW
import ThreeSampleTest
import ThresholdMIA
import TotalVariation
import TugOfWar
import ULiRA
public import Unlearning
import VGG
import Waterbirds
import WeightDistance
import ZRF

extension Registry {
  /// Every plugin of this package, by role and then alphabetically.
  public static let builtIns = Registry {
    // Architectures
    CIFARResidualNetwork.self
    LeNet5.self
    MultilayerPerceptron.self
    ResidualNetwork18.self
    VGGNetwork.self
    // Attacks
    ForestAttack.self
    ForgettingQualityScore.self
    LikelihoodRatioAttack.self
    LogisticAttack.self
    MarginDivergence.self
    NearestNeighborMIA.self
    PerSampleUnlearningAttack.self
    RelativeThreeSampleTest.self
    RelearningAttack.self
    RobustMembershipAttack.self
    SampleInferenceAttack.self
    SampleLikelihoodRatioAttack.self
    SampleUnlearningLiRA.self
    SupportVectorMIA.self
    ThresholdAttack.self
    UnlearningLiRA.self
    // Data sets
    AdultSource.self
    CIFAR100Source.self
    CIFAR10Source.self
    CelebASource.self
    ColoredDigitsSource.self
    FairFaceSource.self
    FashionMNISTSource.self
    ImageFolderSource.self
    MNISTSource.self
    ShapesSource.self
    WaterbirdsSource.self
    // Methods
    FineTuning.self
    MutualInformationUnlearning.self
    GradientAscentUnlearning.self
    NegativeGradientPlus.self
    RandomLabelUnlearning.self
    Retraining.self
    ReweightingFineTuning.self
    SaliencyUnlearning.self
    L1SparseUnlearning.self
    SCRUBUnlearning.self
    TiltedReweighting.self
    // Metrics
    AccuracyRetention.self
    AdaptiveUnlearningScore.self
    AverageGapToRetrained.self
    EnergyGapToRetrained.self
    EqualizedOddsGap.self
    ForgottenClassConfusion.self
    GroupwiseAccuracy.self
    InformationDifferenceIndex.self
    NeighborhoodDiscrepancy.self
    PredictionDistances.self
    PredictionTotalVariation.self
    RepresentationProbes.self
    SplitAccuracy.self
    TugOfWarScore.self
    UnlearningEnergy.self
    UnlearningMemory.self
    UnlearningTime.self
    WeightDistances.self
    ZeroRetrainForgetting.self
  }
}
