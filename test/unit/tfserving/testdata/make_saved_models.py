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


class Affine(tf.Module):
    """TensorFlow 2 with two variables, for a checkpoint of two shards, and an asset."""

    def __init__(self, vocabulary):
        super().__init__()
        self.factor = tf.Variable([2.0, 3.0])
        self.offset = tf.Variable([1.0, 1.0, 1.0])
        initializer = tf.lookup.TextFileInitializer(
            vocabulary, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER,
        )
        self.table = tf.lookup.StaticVocabularyTable(initializer, num_oov_buckets=1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="words")])
    def __call__(self, words):
        ids = tf.cast(self.table.lookup(words), tf.float32)
        return {"y": ids * self.factor[0] + self.offset[2]}


def save_sharded(folder):
    """As a training on several machines leaves it: each variable in a shard of its own."""
    vocabulary = folder.parent / ".vocab.txt"
    folder.parent.mkdir(parents=True)
    vocabulary.write_text("Actiniaria\nPrawns\n")
    module = Affine(str(vocabulary))
    tf.saved_model.save(module, str(folder), signatures=module.__call__)
    vocabulary.unlink()
    prefix = str(folder / "variables" / "variables")
    reader = tf.train.load_checkpoint(prefix)
    names = sorted(reader.get_variable_to_shape_map())
    parts = []
    for index, some in enumerate((names[:-1], names[-1:])):
        parts.append(str(folder / f"part{index}"))
        tf.raw_ops.SaveV2(
            prefix=parts[-1],
            tensor_names=some,
            shape_and_slices=[""] * len(some),
            tensors=[tf.convert_to_tensor(reader.get_tensor(name)) for name in some],
        )
    shutil.rmtree(folder / "variables")
    tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=parts, destination_prefix=prefix)
    loaded = tf.saved_model.load(str(folder)).signatures["serving_default"]
    words = tf.constant(["Prawns", "nothing"])
    assert loaded(words=words)["y"].numpy().tolist() == [3.0, 5.0]


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
    for name in ("scale", "add_one", "tf1", "sharded"):
        shutil.rmtree(HERE / name, ignore_errors=True)
    for name, module in (("scale", Scale()), ("add_one", AddOne())):
        tf.saved_model.save(module, str(HERE / name / "1"), signatures=module.__call__)
    save_tf1(str(HERE / "tf1" / "7"))
    save_sharded(HERE / "sharded" / "1")
    for fingerprint in HERE.glob("*/*/fingerprint.pb"):
        fingerprint.unlink()


if __name__ == "__main__":
    main()
