import BuiltIns
import Unlearning
import UnlearningRunner
import WeightShrinking

// All commands of Lacuna's runner, with one method more.
Runner.main(
  Registry {
    Registry.builtIns
    WeightShrinking.self
  })
