"""The ten committed pictures of the ten named classes, and the list that says what they show."""

import json
from pathlib import Path

from PIL import Image

from .class_names import CLASS_NAMES, HELD_OUT_CLASSES
from .paths import HELD_OUT_FOLDER
from .scene import Split, draw_picture

LIST_FILE = "held_out.json"


def write_held_out(folder: Path = HELD_OUT_FOLDER) -> list[Path]:
    """Draws held-out picture 0 of each named class and lists all in held_out.json."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for index in HELD_OUT_CLASSES:
        name = CLASS_NAMES[index]
        file = f"{index:03d}_{name.replace(' ', '_')}.png"
        Image.fromarray(draw_picture(index, Split.HELD_OUT, 0)).save(folder / file)
        entries.append({"file": file, "classIndex": index, "className": name})
    text = json.dumps(entries, indent=2) + "\n"
    (folder / LIST_FILE).write_text(text, encoding="utf-8")
    return [folder / entry["file"] for entry in entries]


def write_samples(class_index: int, count: int, folder: Path) -> list[Path]:
    """Draws the first training pictures of one class, to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{class_index:03d}_{number}.png" for number in range(count)]
    for number, file in enumerate(files):
        Image.fromarray(draw_picture(class_index, Split.TRAINING, number)).save(file)
    return files
