/// The publication that a plugin follows.
public struct Source: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Family names, separated by commas; "et al." ends an abbreviated list.
  public var authors: String
  /// The publication's title; nil where there is none to cite, such as for a contribution of this framework.
  public var title: String?
  /// Venue and year.
  public var venue: String
  /// The arXiv number, "2506.20893".
  public var arXiv: String?
  /// The equation, algorithm or section that is implemented, and how much of the publication was read.
  public var place: String?

  /// A publication; `title`, `arXiv` and `place` may be unknown.
  public init(
    authors: String, title: String? = nil, venue: String, arXiv: String? = nil, place: String? = nil
  ) {
    self.authors = authors
    self.title = title
    self.venue = venue
    self.arXiv = arXiv
    self.place = place
  }

  /// Authors, venue, arXiv number and place in one line.
  public var description: String {
    [authors, venue, arXiv.map { "arXiv:\($0)" }, place].compactMap { $0 }.joined(separator: ", ")
  }
}

/// Publications that several plugins cite.
extension Source {
  /// He et al., the residual networks.
  public static func residualNetworks(place: String) -> Source {
    Source(
      authors: "He, Zhang, Ren, Sun", title: "Deep Residual Learning for Image Recognition", venue: "CVPR 2016",
      arXiv: "1512.03385", place: place)
  }

  /// LeCun et al., LeNet-5 and MNIST.
  public static func documentRecognition(place: String? = nil) -> Source {
    Source(
      authors: "LeCun, Bottou, Bengio, Haffner", title: "Gradient-Based Learning Applied to Document Recognition",
      venue: "Proceedings of the IEEE 1998", place: place)
  }

  /// Krizhevsky, CIFAR-10 and CIFAR-100.
  public static func tinyImages() -> Source {
    Source(
      authors: "Krizhevsky", title: "Learning Multiple Layers of Features from Tiny Images",
      venue: "technical report, University of Toronto 2009")
  }

  /// De Min et al., MIU, REWEIGHT and how groups are measured.
  public static func groupRobustUnlearning(place: String) -> Source {
    Source(
      authors: "De Min, Roy, Lathuilière, Ricci, Mancini", title: "Group-robust Machine Unlearning", venue: "TMLR 2025",
      arXiv: "2503.09330", place: place)
  }

  /// Fan et al., SalUn and its evaluation.
  public static func salUn(place: String) -> Source {
    Source(
      authors: "Fan, Liu, Zhang, Wong, Wei, Liu",
      title: "SalUn: Empowering Machine Unlearning via Gradient-based Weight Saliency in Both Image Classification and "
        + "Generation", venue: "ICLR 2024", arXiv: "2310.12508", place: place)
  }

  /// Kurmanji et al., SCRUB and NegGrad+.
  public static func unboundedUnlearning(place: String) -> Source {
    Source(
      authors: "Kurmanji, Triantafillou, Hayes, Triantafillou", title: "Towards Unbounded Machine Unlearning",
      venue: "NeurIPS 2023", arXiv: "2302.09880", place: place)
  }
}
