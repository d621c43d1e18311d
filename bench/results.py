# SPDX-License-Identifier: Apache-2.0
"""bench/RESULTS.md: a section a tool, each under a mark of its own, so that one tool can
be run again without losing what the others found."""
import pathlib
import re

PATH = pathlib.Path(__file__).resolve().parent / "RESULTS.md"
HEAD = """# What was measured

`make bench`, `make bench-long`, and the tools of `bench/` by themselves. Ratios matter,
absolute figures are of the machine of the day.
"""
ORDER = ["press", "channel", "doors", "storm", "tracks", "roads", "city", "reports"]


def put(name, text):
    """Writes one section; text begins with its heading."""
    was = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
    parts = re.split(r"^<!-- (\w+) -->\n", was, flags=re.M)
    sections = dict(zip(parts[1::2], (p.strip("\n") for p in parts[2::2])))
    sections[name] = text.strip("\n")
    names = sorted(sections, key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n))
    PATH.write_text(HEAD + "".join(f"\n<!-- {n} -->\n{sections[n]}\n" for n in names),
                    encoding="utf-8")
