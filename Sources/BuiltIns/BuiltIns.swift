import Accuracy
import AverageGap
import CIFAR10
import CIFAR100
import CIFARResNet
import FashionMNIST
import FineTune
import GradientAscent
import LeNet
import LogisticMIA
import MIANN
import MIASVC
import MLP
import MNIST
import NegGradPlus
import PeakMemory
import RWFT
import RandomLabels
import ResNet18
import Retrain
import RunTime
import SalUn
import Shapes
import TRW
import ThresholdMIA
import TotalVariation
public import Unlearning
import VGG

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
    LogisticAttack.self
    NearestNeighbourMIA.self
    SupportVectorMIA.self
    ThresholdAttack.self
    // Data sets
    CIFAR100Source.self
    CIFAR10Source.self
    FashionMNISTSource.self
    MNISTSource.self
    ShapesSource.self
    // Methods
    FineTuning.self
    NegativeGradient.self
    NegativeGradientPlus.self
    RandomLabelling.self
    Retraining.self
    ReweightingFineTuning.self
    SaliencyUnlearning.self
    TiltedReweighting.self
    // Metrics
    AverageGapToRetrained.self
    PredictionTotalVariation.self
    SplitAccuracy.self
    UnlearningMemory.self
    UnlearningTime.self
  }
}
