"""Extracts the commands and examples of the documents into the given folder, to be run.

`commands.txt` gets every distinct command of the ```sh blocks that calls the runner; commands that need a download or
hours are in ```console blocks instead. `example-N.yaml` gets the ```yaml blocks that are complete experiments. The exit
status is 1 if a link to a file of the repository is broken.
"""

import pathlib
import re
import sys

target = pathlib.Path(sys.argv[1])
documents = sorted(path for pattern in ["*.md", "docs/**/*.md", "Examples/**/*.md"] for path in pathlib.Path().glob(pattern))
commands, examples, problems = [], [], []
for document in documents:
    text = document.read_text(encoding="utf-8")
    for kind, block in re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if kind == "sh":
            commands += re.findall(r"^swift run -c release runner .*", block, re.MULTILINE)
        if kind == "yaml" and block.startswith("experiment:"):
            examples.append(block)
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        if not (document.parent / link).exists():
            problems.append(f"{document}: broken link {link}")
if not commands or not examples:
    problems.append("no command or no example was found")
(target / "commands.txt").write_text("".join(line + "\n" for line in dict.fromkeys(commands)), encoding="utf-8")
for number, block in enumerate(examples, start=1):
    (target / f"example-{number}.yaml").write_text(block, encoding="utf-8")
print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
