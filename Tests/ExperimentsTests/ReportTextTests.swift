import Experiments
import Testing
import Unlearning

@Suite("report formats")
struct ReportTextTests {
  let report: Report

  init() throws {
    report = try Report(
      experiment: "demo", rows: ReportRows.all,
      missing: [MissingResult("shapes / cnn / class circle / salun / seed 1")],
      leftOut: (1...5).map { seed in
        PrunedCell(
          description: "shapes / cnn / samples 0.1 / rwft / seed \(seed)", reason: "rwft cannot serve samples_100%")
      })
  }

  @Test func csvOfTwoRows() throws {
    let text = try Report(experiment: "demo", rows: Array(ReportRows.all.prefix(2))).text(.csv)
    #expect(
      text == """
        experiment,data,architecture,forget,method,role,parameters,seed,unlearning_seed,forget_seed,kind,name,value,unit,\
        direction,reference,gap,spread,interval_low,interval_high,caveat
        demo,shapes,cnn,class circle,trw,unlearned,"{""temperature"":0.1,""tilt"":10}",1,,,metric,accuracy.retain_test,0.9,fraction,\
        nearest,0.92,-0.020000000000000018,0.9,,,
        demo,shapes,cnn,class circle,trw,unlearned,"{""temperature"":0.1,""tilt"":10}",1,,,metric,run-time.unlearning,1.5,seconds,\
        lower,,,1.5,,,

        """)
  }

  @Test func table() {
    #expect(
      report.text(.table) == """
        shapes · cnn · class circle

                                     accuracy            run-time        total-variation
        method                       retain_test         unlearning (s)  forget_test
        ────────────────────────────────────────────────────────────────────────────────────────
        retrain (floor)              92.5 ± 0.7          105    ± 7       6.25 ±  0.00
        original                     96   ± 1   (+3.5)?    —             62    ± 18    (+56)?
        trw tilt=10 temperature=0.1  90.5 ± 0.7 (−2.0)?    2.0* ± 0.7    12.50 ±  0.00  (+6.25)?
        fine-tune                    93.2 ± 1.1 (+1)?     10.00 ± 0.00   31    ±  9    (+25)?

        Worst case over attacks:
          original: total-variation.forget_test +56 ± 159, p = 0.139, inconclusive
          trw tilt=10 temperature=0.1: total-variation.forget_test +6.25, p = 0.500, inconclusive
          fine-tune: total-variation.forget_test +25 ± 79, p = 0.156, inconclusive

        Mean ± sample standard deviation over 2 seeds.
        Fractions are in percent.
        In parentheses: the mean's difference to retrain.
        ?: inconclusive; the difference's 95 % interval (Student's t, paired by seed) contains 0, or cannot be known, as \
        where fewer than six seeds have all the same difference.
        retrain (floor): models trained without the forget set; a distance in this row is the one between such models of \
        different seeds, its spread a jackknife over models.
        Worst case over attacks: the measurement of an attack whose difference to the retrained models, in \
        the direction of a leak, has the least p (Student's t, paired by seed); p and the interval ± are \
        corrected for the number of these measurements (Bonferroni).
        *: the best method of its column, and those not found worse at 5 % (Student's t, paired by seed, \
        Holm's correction); a column in which none is found worse has no mark.
        —: no value.

        Left out (5):
          shapes / cnn / samples 0.1 / rwft / seed 1: rwft cannot serve samples_100%
          shapes / cnn / samples 0.1 / rwft / seed 2: rwft cannot serve samples_100%
          shapes / cnn / samples 0.1 / rwft / seed 3 and 2 more: rwft cannot serve samples_100%

        Missing (1):
          shapes / cnn / class circle / salun / seed 1

        """)
  }

  @Test func narrowTableIsCutBetweenPlugins() {
    let text = report.text(.table, ReportStyle(width: 75))
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.displayWidth <= 75 }, "\(text)")
    #expect(lines.filter { $0.hasPrefix("retrain (floor) ") }.count == 2)
    #expect(text.contains("accuracy            run-time\n"))
  }

  @Test("labels take two lines where no column fits beside them, and no line exceeds the width")
  func longLabels() throws {
    let rows = ReportRows.all.map { row in
      var row = row
      if row.method == "trw" { row.variedParameters += " training.epochs=5 training.schedule_steps=epoch" }
      return row
    }
    let text = try Report(experiment: "demo", rows: rows).text(.table, ReportStyle(width: 80))
    #expect(text.split(separator: "\n").allSatisfy { $0.displayWidth <= 80 }, "\(text)")
    #expect(text.contains("\ntrw tilt=10 temperature=0.1 training.epochs=5"), "\(text)")
    #expect(text.contains("\n  training.schedule_steps=epoch\n"), "\(text)")
    // The narrowest terminal breaks words.
    let narrow = try Report(experiment: "demo", rows: rows).text(.table, ReportStyle(width: 40))
    #expect(narrow.split(separator: "\n").allSatisfy { $0.displayWidth <= 40 }, "\(narrow)")
    #expect(narrow.contains("\n  training.sch"), "\(narrow)")
    // Beside a wide terminal's columns there is room.
    #expect(try Report(experiment: "demo", rows: rows).text(.table, ReportStyle(width: 120)).contains("5 training.s"))
  }

  @Test func markdown() {
    #expect(
      report.text(.markdown) == """
        ### shapes · cnn · class circle

        | method | accuracy.retain_test | run-time.unlearning (s) | total-variation.forget_test |
        | :-- | --: | --: | --: |
        | retrain (floor) | 92.5 ± 0.7 | 105 ± 7 | 6.25 ± 0.00 |
        | original | 96 ± 1 (+3.5)? | — | 62 ± 18 (+56)? |
        | trw tilt=10 temperature=0.1 | 90.5 ± 0.7 (−2.0)? | **2.0** ± 0.7 | 12.50 ± 0.00 (+6.25)? |
        | fine-tune | 93.2 ± 1.1 (+1)? | 10.00 ± 0.00 | 31 ± 9 (+25)? |

        Worst case over attacks:

        - original: total-variation.forget_test +56 ± 159, p = 0.139, inconclusive
        - trw tilt=10 temperature=0.1: total-variation.forget_test +6.25, p = 0.500, inconclusive
        - fine-tune: total-variation.forget_test +25 ± 79, p = 0.156, inconclusive

        Mean ± sample standard deviation over 2 seeds. Fractions are in percent. In parentheses: the mean's difference \
        to retrain. ?: inconclusive; the difference's 95 % interval (Student's t, paired by seed) contains 0, or cannot \
        be known, as where fewer than six seeds have all the same difference. retrain (floor): models trained without \
        the forget set; a distance in this row is the one between such models of different seeds, its spread a jackknife over models. \
        Worst case over attacks: the measurement of an attack whose difference to the retrained models, in \
        the direction of a leak, has the least p (Student's t, paired by seed); p and the interval ± are \
        corrected for the number of these measurements (Bonferroni). bold: the best method of its column, \
        and those not found worse at 5 % (Student's t, paired by seed, Holm's correction); a column in which \
        none is found worse has no mark. —: no value.

        Left out (5):

        - shapes / cnn / samples 0.1 / rwft / seed 1: rwft cannot serve samples_100%
        - shapes / cnn / samples 0.1 / rwft / seed 2: rwft cannot serve samples_100%
        - shapes / cnn / samples 0.1 / rwft / seed 3 and 2 more: rwft cannot serve samples_100%

        Missing (1):

        - shapes / cnn / class circle / salun / seed 1

        """)
  }

  @Test func latex() throws {
    let one = try Report(experiment: "demo", rows: ReportRows.all).text(.latex)
    #expect(
      one == #"""
        % demo; needs \usepackage{booktabs}
        \begin{table}
          \centering
          \caption{shapes, cnn, class circle. Mean $\pm$ sample standard deviation over 2 seeds. \#(
            "")Fractions are in percent. In parentheses: the mean's difference to retrain. \#(
            "")?: inconclusive; the difference's 95 \% interval (Student's t, paired by seed) contains 0, \#(
            "")or cannot be known, as where fewer than six seeds have all the same difference. \#(
            "")retrain (floor): models trained without the forget set; a distance in this row is the one \#(
            "")between such models of different seeds, its spread a jackknife over models. \#(
            "")Worst case over attacks: the measurement of an attack whose difference to the retrained models, in the direction of a leak, has the least p (Student's t, paired by seed); p and the interval $\pm$ are corrected for the number of these measurements (Bonferroni). bold: the best method of its column, and those not found worse at 5 \% (Student's t, paired by seed, Holm's correction); a column in which none is found worse has no mark. ---: no value.}
          \begin{tabular}{lrrr}
            \toprule
            & \multicolumn{1}{c}{accuracy} & \multicolumn{1}{c}{run-time} & \multicolumn{1}{c}{total-variation} \\
            \cmidrule(lr){2-2} \cmidrule(lr){3-3} \cmidrule(lr){4-4}
            method & retain\_test & unlearning (s) & forget\_test \\
            \midrule
            retrain (floor) & $92.5 \pm 0.7$ & $105 \pm 7$ & $6.25 \pm 0.00$ \\
            original & $96 \pm 1$ ($+3.5$)? & --- & $62 \pm 18$ ($+56$)? \\
            trw tilt=10 temperature=0.1 & $90.5 \pm 0.7$ ($-2.0$)? & $\mathbf{2.0} \pm 0.7$ & $12.50 \pm 0.00$ ($+6.25$)? \\
            fine-tune & $93.2 \pm 1.1$ ($+1$)? & $10.00 \pm 0.00$ & $31 \pm 9$ ($+25$)? \\
            \bottomrule
          \end{tabular}

          \medskip

          \begin{tabular}{l}
            Worst case over attacks: \\
            original: total-variation.forget\_test +56 $\pm$ 159, p = 0.139, inconclusive \\
            trw tilt=10 temperature=0.1: total-variation.forget\_test +6.25, p = 0.500, inconclusive \\
            fine-tune: total-variation.forget\_test +25 $\pm$ 79, p = 0.156, inconclusive \\
          \end{tabular}
        \end{table}

        """#)
  }

  @Test("answers without a model follow the reference, and are explained") func baselines() throws {
    let answers = Baseline.allCases.map { baseline in
      var row = ReportRows.all[0]
      (row.method, row.variedParameters, row.role) = (baseline.rawValue, "", .baseline)
      return row
    }
    let text = try Report(experiment: "demo", rows: ReportRows.all + answers).text(.markdown)
    let models = text.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2)
    #expect(
      models.map { $0.dropFirst(2).prefix { $0 != "|" && $0 != "(" } } == [
        "retrain ", "constant answer ", "mean retrained ", "original ", "trw tilt=10 temperature=0.1 ", "fine-tune ",
      ])
    #expect(text.contains(" constant answer: the class that retrained models answer most often, "))
    #expect(text.contains(" mean retrained: the mean of the other retrained models' probabilities. "))
    #expect(!report.text(.markdown).contains("constant answer"))
  }

  @Test("tables in LaTeX that are wider than a page are cut into several") func wideLaTeX() throws {
    let rows = (0..<4).flatMap { ReportRows.rows(of: ReportRows.models, name: "metric-\($0)") }
    let text = try Report(experiment: "demo", rows: rows.filter { $0.name.hasPrefix("metric") }).text(.latex)
    #expect(text.matches(of: /begin{tabular}/).count == 2, "\(text)")
  }

  @Test func jsonHasOneObjectALine() {
    let lines = report.text(.json).split(separator: "\n")
    #expect(lines.count == ReportRows.all.count)
    #expect(
      lines.dropFirst().first == #"""
        {"experiment":"demo","data":"shapes","architecture":"cnn","forget":"class circle","method":"trw",\#(
          "")"role":"unlearned","parameters":{"temperature":0.1,"tilt":10},"seed":1,"unlearning_seed":null,\#(
          "")"forget_seed":null,"kind":"metric","name":"run-time.unlearning",\#(
          "")"value":1.5,"unit":"seconds","direction":"lower","reference":null,"gap":null,"spread":1.5,\#(
          "")"interval_low":null,"interval_high":null,"caveat":null}
        """#)
  }

  @Test func noResultsAreSaid() throws {
    let empty = try Report(experiment: "demo", rows: [])
    for text in [empty.text(.table), empty.text(.markdown), empty.text(.latex)] {
      #expect(text.contains("There are no results yet."))
    }
  }
}
