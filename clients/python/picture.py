"""What all clients here share: a picture as the model takes it, and what is said of its answer."""

import numpy
from PIL import Image


def read_picture(file):
    """Pixels as float32: height x width x RGB, 0 to 255."""
    return numpy.asarray(Image.open(file).convert("RGB"), numpy.float32)


def say(probabilities):
    best = max(range(len(probabilities)), key=probabilities.__getitem__)
    print(f"predicted class= {best} with confidence level of {probabilities[best]:.2f}")
