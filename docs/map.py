"""
Draw the rooms of the package for `docs/architecture.md`.

The order comes from the imports themselves: a room stands one line above the highest room that it
imports. What a room is for is the first paragraph of its docstring.
"""

import ast
from pathlib import Path
from typing import Any

import grimp

ROOT = Path(__file__).parent.parent
LEFT_OUT = ("pipeline.__main__",)


def rooms_below() -> dict[str, set[str]]:
    """Return the rooms that each room imports: folders and files directly in `pipeline/`."""
    graph: Any = grimp.build_graph("pipeline", cache_dir=None, exclude_type_checking_imports=True)
    rooms = graph.find_children("pipeline") - set(LEFT_OUT)
    inside = {room: {room, *graph.find_descendants(room)} for room in rooms}
    room_of = {module: room for room in rooms for module in inside[room]}
    below: dict[str, set[str]] = {room: set() for room in rooms}
    for room in rooms:
        for module in inside[room]:
            imported = {
                room_of.get(other) for other in graph.find_modules_directly_imported_by(module)
            }
            below[room] |= {other for other in imported if other not in (None, room)}
    return below


def levels(below: dict[str, set[str]]) -> list[list[str]]:
    """Return the rooms from top to bottom, those of one height together; raises on a cycle."""
    height: dict[str, int] = {}

    def measure(room: str, above: tuple[str, ...]) -> int:
        if room in above:
            raise ValueError(f"the rooms import each other: {' → '.join((*above, room))}")
        if room not in height:
            heights = [measure(other, (*above, room)) for other in below[room]]
            height[room] = 1 + max(heights, default=-1)
        return height[room]

    for room in below:
        measure(room, ())
    return [
        sorted(room for room in below if height[room] == level)
        for level in range(max(height.values()), -1, -1)
    ]


def place(room: str) -> str:
    """Return where a room lies: `links/` or `cache.py`."""
    path = room.removeprefix("pipeline.")
    return f"{path}/" if (ROOT / "pipeline" / path).is_dir() else f"{path}.py"


def purpose(room: str) -> str:
    """Return the first paragraph of a room's docstring, in one line."""
    path = ROOT / "pipeline" / place(room)
    source = path / "__init__.py" if path.is_dir() else path
    text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    first = " ".join(text.partition("\n\n")[0].split())
    return first.removesuffix(" Pure.")


def drawn() -> str:
    """Return the diagram and the table of rooms."""
    floors = levels(rooms_below())
    diagram = "\n  ↓\n".join(" · ".join(place(room) for room in floor) for floor in floors)
    table = [f"| `{place(room)}` | {purpose(room)} |" for floor in floors for room in floor]
    return "\n".join(["```text", diagram, "```", "", "| room | for |", "|---|---|", *table])
