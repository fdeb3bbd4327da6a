"""The picture of the imports: `python tests/house.py` (make house) prints rooms, lines and arrows.

A room is a folder of ``assistant/``, or a file beside them. ``FLOORS`` says which may import which:
a room may import those on the lines before its own, and rooms on one line do not know each other.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "assistant"
FLOORS = [
    ["types", "errors"],
    ["quotations"],
    ["text"],
    ["settings", "resources", "tracing"],
    ["language", "prompts"],
    ["attribution", "reading"],
    ["models"],
    ["archive"],
    ["following", "cluster"],
    ["understanding"],
    ["retrieval"],
    ["verification"],
    ["answering"],
    ["quoting", "chat_writer"],
    ["stages"],
    ["assistant"],
    ["rendering"],
    ["suites"],
    ["evaluation"],
    ["cli", "web", "testing"],
]
ALLOWED_ACROSS = {
    ("cli", "web"),  # the command that serves
}
DOORS = ("__init__", "__main__")  # of the package: they import whatever they hand on


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """What a module imports, dotted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from names if node.module == "assistant" else [str(node.module)]


def room(path: Path) -> str:
    """The room that a module is in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    """The line of ``FLOORS`` that a room stands on."""
    return next(level for level, rooms in enumerate(FLOORS) if name in rooms)


def arrows() -> dict[str, dict[str, int]]:
    """For each room the rooms that it imports, and how many import statements there are."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for path in modules():
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "assistant" and len(parts) > 1 and parts[1] != room(path):
                found[room(path)][parts[1]] += 1
    return found


def is_allowed(here: str, there: str) -> bool:
    """True where a room may import another."""
    return floor(there) < floor(here) or (here, there) in ALLOWED_ACROSS


def lines() -> dict[str, list[int]]:
    """The lengths of the files of each room."""
    found: dict[str, list[int]] = defaultdict(list)
    for path in modules():
        found[room(path)].append(path.read_text(encoding="utf-8").count("\n"))
    return found


def main() -> int:
    """Print the picture; 1 where an arrow goes up."""
    sizes, drawn = lines(), arrows()
    every = sum(map(sum, sizes.values()))
    wrong = 0
    for rooms in FLOORS:
        for name in rooms:
            length = sum(sizes[name])
            share = f"{length / every:.0%}"
            print(f"{name:14} {len(sizes[name]):3} files {length:6} lines {share:>4}", end="  ")
            print("->", ", ".join(sorted(drawn[name], key=lambda one: (floor(one), one))) or "-")
            upward = [there for there in drawn[name] if not is_allowed(name, there)]
            wrong += len(upward)
            if upward:
                print(f"{'':14} UP: {', '.join(upward)}")
    print(f"{every} lines; {wrong} arrows up; the longest file has {max(map(max, sizes.values()))}")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
