"""Writes the SavedModels beside this script: versions whose answers tell them apart.

multiply/<factor>: y = factor * x for rows of three numbers. The factor is a constant, so each
version is a few kilobytes. Run with TensorFlow 2.x: python make_saved_models.py
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


def main():
    shutil.rmtree(HERE / "multiply", ignore_errors=True)
    for factor in (2, 3, 4):
        module, folder = Multiply(factor), HERE / "multiply" / str(factor)
        tf.saved_model.save(module, str(folder), signatures=module.__call__)
        # TensorFlow's own, which would differ each time, and variables, of which there are none.
        (folder / "fingerprint.pb").unlink()
        shutil.rmtree(folder / "variables")


if __name__ == "__main__":
    main()
