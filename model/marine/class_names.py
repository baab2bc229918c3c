"""The 137 class names: line number in class_names.txt = index of the model's output."""

from .paths import CLASS_NAMES_FILE

CLASS_NAMES = tuple(CLASS_NAMES_FILE.read_text(encoding="utf-8").splitlines())

# The classes of the committed held-out pictures.
HELD_OUT_CLASSES = (0, 57, 66, 77, 79, 85, 90, 106, 120, 125)


def class_index(text: str) -> int:
    """Index of a class given by its name or its number. Raises ValueError for any other text."""
    if text in CLASS_NAMES:
        return CLASS_NAMES.index(text)
    if text.isascii() and text.isdigit() and int(text) < len(CLASS_NAMES):
        return int(text)
    raise ValueError(
        f"{text!r} is no class: give a name from {CLASS_NAMES_FILE.name} "
        f"or a number from 0 to {len(CLASS_NAMES) - 1}"
    )
