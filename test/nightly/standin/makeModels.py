"""Writes small SavedModels below the folder given as the only argument."""

import os
import sys

import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

target = sys.argv[1]
FLOATS = tf.TensorSpec([None, 3], tf.float32, name="x")


class Scale(tf.Module):
    """y = factor * x, and a second signature that adds instead."""

    def __init__(self, factor):
        super().__init__()
        self.factor = tf.Variable(factor, dtype=tf.float32)

    @tf.function(input_signature=[FLOATS])
    def scale(self, x):
        return {"y": self.factor * x}

    @tf.function(input_signature=[FLOATS])
    def shift(self, x):
        return {"y": self.factor + x}


class Strings(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def echo(self, text):
        return {"upper": tf.strings.upper(text), "raw_bytes": text}


class Sum(tf.Module):
    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.float32, name="a"),
            tf.TensorSpec([None], tf.int64, name="b"),
        ]
    )
    def sum(self, a, b):
        return {"total": a + tf.cast(b, tf.float32), "twice": 2 * b}


class Scalar(tf.Module):
    """A number in, a number out, and one that no dimension tells apart from a list."""

    def __init__(self):
        super().__init__()
        self.factor = tf.Variable(2.0)

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name="x")])
    def scale(self, x):
        return {"y": self.factor * x}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def rank(self, x):
        return {"y": x, "rank": tf.rank(x)}


def scalar():
    module, path = Scalar(), os.path.join(target, "scalar", "1")
    signatures = {"serving_default": module.scale, "rank": module.rank, "shapeless": module.rank}
    tf.saved_model.save(module, path, signatures)
    file = os.path.join(path, "saved_model.pb")
    saved_model = saved_model_pb2.SavedModel()
    with open(file, "rb") as stream:
        saved_model.ParseFromString(stream.read())
    for info in saved_model.meta_graphs[0].signature_def["shapeless"].inputs.values():
        info.ClearField("tensor_shape")
    with open(file, "wb") as stream:
        stream.write(saved_model.SerializeToString())


def scale(name, version, factor):
    module, path = Scale(factor), os.path.join(target, name, str(version))
    signatures = {"serving_default": module.scale, "shift": module.shift}
    tf.saved_model.save(module, path, signatures)
    return path


def warm_up(path, *records):
    folder = os.path.join(path, "assets.extra")
    os.makedirs(folder, exist_ok=True)
    with tf.io.TFRecordWriter(os.path.join(folder, "tf_serving_warmup_requests")) as writer:
        for record in records:
            writer.write(record)


def predict_log(shape, name="x"):
    request = predict_pb2.PredictRequest()
    request.inputs[name].CopyFrom(tf.make_tensor_proto(tf.zeros(shape)))
    log = prediction_log_pb2.PredictLog(request=request)
    return prediction_log_pb2.PredictionLog(predict_log=log).SerializeToString()


def examples():
    """A model from before signatures were functions: classify and regress on tf.Example."""
    path = os.path.join(target, "examples", "1")
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        serialized = tf.compat.v1.placeholder(tf.string, [None], name="examples")
        features = {"x": tf.io.FixedLenFeature([1], tf.float32)}
        x = tf.io.parse_example(serialized, features)["x"]
        scores = tf.concat([x, 1 - x], axis=1)
        classes = tf.tile(tf.constant([["yes", "no"]]), [tf.shape(x)[0], 1])
        info = tf.compat.v1.saved_model.build_tensor_info
        build = tf.compat.v1.saved_model.build_signature_def
        inputs = {"inputs": info(serialized)}
        signatures = {
            "serving_default": build(
                inputs,
                {"classes": info(classes), "scores": info(scores)},
                "tensorflow/serving/classify",
            ),
            "regress": build(inputs, {"outputs": info(2 * x)}, "tensorflow/serving/regress"),
        }
        builder = tf.compat.v1.saved_model.Builder(path)
        builder.add_meta_graph_and_variables(session, ["serve"], signatures)
        builder.save()


scale("scale", 1, 2.0)
scale("scale", 2, 3.0)
# Another version in waiting, for tests that copy it into place.
scale("waiting", 3, 4.0)
warm_up(scale("warm", 1, 2.0), predict_log([1, 3]), predict_log([4, 3]))
warm_up(scale("warm_wrong", 1, 2.0), predict_log([1, 3]), predict_log([1, 3], "z"))
warm_up(scale("warm_garbage", 1, 2.0), b"\xff\xff not a message")
tf.saved_model.save(
    Strings(), os.path.join(target, "strings", "1"), {"serving_default": Strings().echo}
)
tf.saved_model.save(Sum(), os.path.join(target, "sum", "1"), {"serving_default": Sum().sum})
scalar()
examples()
os.makedirs(os.path.join(target, "hollow", "1"))
os.makedirs(os.path.join(target, "broken", "1"))
with open(os.path.join(target, "broken", "1", "saved_model.pb"), "wb") as file:
    file.write(b"not a SavedModel")
os.makedirs(os.path.join(target, "empty"))
