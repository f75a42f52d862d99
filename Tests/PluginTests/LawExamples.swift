import JSON
import UnlearningTesting

extension Examples {
  /// Those of the plugin `name`; its defaults where it has no others.
  static func of(_ name: String) -> Examples { ofPlugins[name] ?? Examples() }

  /// Parameters with which others have an effect, and those that have none on the tiny problem.
  static let ofPlugins: [String: Examples] = [
    // Methods.
    "gradient-ascent": Examples([["retain_pass": true], ["stop_below": 0.5, "training.learning_rate": 1]]),
    "l1-sparse": Examples([["pruning_rate": 0.5]]),
    "miu": Examples([["calibrates": false]]),
    "random-labels": Examples([["labels": "any", "redraw": "once", "retain": "after"]]),
    "scrub": Examples([["decay_epochs": [1]], ["rewinds": true, "training.learning_rate": 0.1]]),
    "trw": Examples([["score": "raw-cosine", "tilt": 1]]),

    // Attacks.
    "mia-logistic": Examples(
      [["variants": ["starting-kit", "scrub"], "cost": 1000]], values: ["clip": [0.1, 0.01, 0.001]]),
    "lira": Examples([["variant": "offline"]]),
    "mia-nn": Examples([["features": "logits"], ["mode": "pairwise"], ["discriminators": "own"]]),
    "mia-svc": Examples(
      [
        [
          "variants": ["salun", "kodge", "delete", "training-privacy"],
          "features": ["modified-entropy", "probabilities"],
        ],
        [
          "variants": ["salun", "training-privacy"], "features": ["entropy", "probabilities"], "as_released": true,
          "cost": 1000,
        ],
      ],
      values: ["cost": [0.001, 1000]]),
    "mia-threshold": Examples([["variants": ["modified-entropy", "loss-auc"]]]),
    "relearning": Examples(
      [["training.optimizer": "sgd"]], base: ["training.epochs": 3],
      inert: ["share": "the measured model is an original, which has its own accuracy"]),
    "rmia": Examples([["signal": "taylor-soft-margin"]]),
    "sample-lira": Examples([["variant": "offline"]]),
    "three-sample": Examples([["parts": ["retain_test", "retain_train", "forget_train"]]]),

    // Metrics.
    "energy-gap": Examples(inert: ["permutations": "the relabelings of a few models are all gone through"]),
    "idi": Examples(
      [["training.optimizer": "sgd"]], base: ["training.epochs": 3, "training.batch_size": 16, "samples": 20],
      inert: ["blocks": "the tiny model has one"]),

    // Architectures, narrower than by default.
    "cifar-resnet": Examples(base: ["depth": 14, "width": 4]),
    "mlp": Examples([["hidden": []]], base: ["hidden": [8, 8]]),
    "resnet18": Examples(
      [["stem": "large"]], base: ["width": 4], inert: ["head": "it is about a file of weights, and there is none"]),
    "vgg": Examples([["depth": 11]], base: ["width": 4]),
  ]
}
