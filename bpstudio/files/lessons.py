"""The lessons that ship with bpstudio, as project files."""

from __future__ import annotations

from pathlib import Path

from bpstudio.explain.lessons import LESSONS
from bpstudio.explain.text import DERIVATION
from bpstudio.files.atomic import write_atomically
from bpstudio.files.resources import resource
from bpstudio.model.functions import choose
from bpstudio.model.project import Project

FOLDER = "lessons"
TEXT = "derivation.md"


def lesson_path(name: str) -> Path:
    """Where a lesson's project file is; ValueError with the names there are if there is none."""
    return resource(FOLDER, choose(LESSONS, name, "The lesson").file_name)


def load_lesson(name: str) -> Project:
    """A lesson's project, untrained."""
    # What reads project files is loaded with the first of them: a window opens sooner without.
    from bpstudio.files.project_file import load  # noqa: PLC0415

    return load(lesson_path(name))


def write_lessons(resources: Path) -> list[Path]:
    """Write the lessons and the text of the derivation into a folder of resources, as they ship."""
    from bpstudio.files.project_file import save  # noqa: PLC0415

    folder = resources / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for lesson in LESSONS.values():
        paths.append(folder / lesson.file_name)
        save(lesson.project(), paths[-1])
    paths.append(resources / TEXT)
    write_atomically(paths[-1], DERIVATION.markdown().encode())
    return paths
