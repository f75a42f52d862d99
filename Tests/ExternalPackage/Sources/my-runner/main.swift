import BuiltIns
import Unlearning
import UnlearningRunner

Runner.main(
  Registry {
    Registry.builtIns
    WeightShrinking.self
  })
