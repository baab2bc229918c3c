"""Writes the SavedModels beside this script: versions whose answers tell them apart.

multiply/<factor>: y = factor * x for rows of three numbers. The factor is a constant, so each
version is a few kilobytes.

threshold/<percent>: scores of the classes "below" and "above" for rows of one number from 0 to 1.

Run with TensorFlow 2.x: python make_saved_models.py
"""

import pathlib
import shutil

import tensorflow as tf

HERE = pathlib.Path(__file__).parent


class Multiply(tf.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = float(factor)

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
    def __call__(self, x):
        return {"y": x * self.factor}


class Threshold(tf.Module):
    def __init__(self, percent):
        super().__init__()
        self.threshold = percent / 100

    @tf.function(input_signature=[tf.TensorSpec([None, 1], tf.float32, name="x")])
    def __call__(self, x):
        above = tf.sigmoid(100.0 * (x - self.threshold))
        return {"scores": tf.concat([1.0 - above, above], axis=1)}


def save(name, versions):
    shutil.rmtree(HERE / name, ignore_errors=True)
    for version, module in versions.items():
        folder = HERE / name / str(version)
        tf.saved_model.save(module, str(folder), signatures=module.__call__)
        # TensorFlow's own, which would differ each time, and variables, of which there are none.
        (folder / "fingerprint.pb").unlink()
        shutil.rmtree(folder / "variables")


def main():
    save("multiply", {factor: Multiply(factor) for factor in (2, 3, 4)})
    save("threshold", {percent: Threshold(percent) for percent in (50, 55)})


if __name__ == "__main__":
    main()
