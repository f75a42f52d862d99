"""Collects from the documents what must work, into the folder that is given.

`commands.txt` gets every line of a ```sh block that runs the runner, once each; blocks of what needs a download or hours
are ```console. `example-N.yaml` gets every ```yaml block that is a whole experiment. Ends with 1 where a link to a file
of the repository leads nowhere.
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
            problems.append(f"{document}: the link {link} leads nowhere")
if not commands or not examples:
    problems.append("no command or no example was found")
(target / "commands.txt").write_text("".join(line + "\n" for line in dict.fromkeys(commands)), encoding="utf-8")
for number, block in enumerate(examples, start=1):
    (target / f"example-{number}.yaml").write_text(block, encoding="utf-8")
print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
