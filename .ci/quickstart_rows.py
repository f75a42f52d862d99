"""Checks the README's claims about the quickstart's results; reads `runner results --format json`."""

import json
import sys
from collections import defaultdict

rows = [json.loads(line) for line in open(sys.argv[1])]
problems = []
leaks = defaultdict(list)
for row in rows:
    place = f"{row['method']}, seed {row['seed']}, {row['name']}: {row['value']}"
    if row["name"] == "accuracy.forget_test" and row["method"] == "retrain" and row["value"] != 0:
        problems.append("retrain predicts the forgotten class: " + place)
    if row["name"] == "accuracy.forget_test" and row["method"] == "original" and row["value"] < 0.8:
        problems.append("the original's accuracy is too low: " + place)
    if row["name"] == "total-variation.forget_test":
        leaks[row["method"]].append(row["gap"])
leaks = {method: sum(gaps) / len(gaps) for method, gaps in leaks.items()}
for method, leak in sorted(leaks.items(), key=lambda item: item[1]):
    print(f"TV leak of {method:16} {leak:8.4f}")
for other in ["random-labels", "salun", "gradient-ascent"]:
    if not leaks["rwft"] < leaks.get(other, 0):
        problems.append(f"rwft leaks more than {other}")
methods = {row["method"] for row in rows} - {"constant answer", "mean retrained"}
for method in sorted(methods - {row["method"] for row in rows if row["name"] == "accuracy.retain_test"}):
    problems.append(f"no retain-test accuracy for {method}")
print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
