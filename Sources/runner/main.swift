import BuiltIns
import UnlearningRunner

Runner.main(.builtIns)
