"""Writes the SavedModels beside this script: bytes that TensorFlow itself wrote.

Run with TensorFlow 2.x: python make_saved_models.py
"""

import pathlib
import shutil

import tensorflow as tf

HERE = pathlib.Path(__file__).parent


class Scale(tf.Module):
    """TensorFlow 2: a variable, a string of unknown rank, a scalar output."""

    def __init__(self):
        super().__init__()
        self.factor = tf.Variable(2.0)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 3], tf.float32, name="x"),
            tf.TensorSpec(None, tf.string, name="notes"),
        ]
    )
    def __call__(self, x, notes):
        return {"y": x * self.factor, "count": tf.size(notes)}


class AddOne(tf.Module):
    """TensorFlow 2 without any variable."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.int64, name="x")])
    def __call__(self, x):
        return {"y": x + 1}


def save_tf1(folder):
    """TensorFlow 1: two sets of tags, a sparse input, variables in a collection."""
    v1 = tf.compat.v1
    with v1.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None], name="x")
        words = v1.sparse_placeholder(tf.int32, name="words")
        y = x * v1.get_variable("factor", initializer=1.0, use_resource=False)
        session.run(v1.global_variables_initializer())
        info = v1.saved_model.utils.build_tensor_info
        signature = v1.saved_model.signature_def_utils.build_signature_def(
            {"x": info(x), "words": info(words)}, {"y": info(y)}, "tensorflow/serving/predict"
        )
        builder = v1.saved_model.Builder(folder)
        signatures = {"serving_default": signature}
        builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
        builder.add_meta_graph(["serve", "gpu"], signature_def_map=signatures)
        builder.save()


def main():
    for name in ("scale", "add_one", "tf1"):
        shutil.rmtree(HERE / name, ignore_errors=True)
    for name, module in (("scale", Scale()), ("add_one", AddOne())):
        tf.saved_model.save(module, str(HERE / name / "1"), signatures=module.__call__)
    save_tf1(str(HERE / "tf1" / "7"))
    for fingerprint in HERE.glob("*/*/fingerprint.pb"):
        fingerprint.unlink()


if __name__ == "__main__":
    main()
