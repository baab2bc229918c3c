# %% [markdown]
# # A gallery of predictions
#
# What does the served model see in a picture, how sure is it, and how far can a picture change before it sees something else? Ten pictures, two protocols and three sliders answer that. Run the cells from top to bottom; each one says what to look at.
#
# [client.ipynb](client.ipynb) has the shortest way to ask the model; [train_and_export.ipynb](train_and_export.ipynb) makes it.

# %%
import importlib.util
import subprocess
import sys

LACKING = {
    "tensorflow_serving": "tensorflow-serving-api==2.19.1",
    "ipywidgets": "ipywidgets==8.1.9",
}
for module, package in LACKING.items():
    if importlib.util.find_spec(module) is None:
        print(f"This image lacks {package}: installing it")
        # tensorflow-serving-api asks for a second TensorFlow.
        options = ["--no-deps"] if module == "tensorflow_serving" else []
        pip = [sys.executable, "-m", "pip", "install", "--quiet", *options]
        subprocess.run([*pip, package], check=True)

# %%
import json
import os
import time
from pathlib import Path

import grpc
import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import requests
import tensorflow as tf
from PIL import Image, ImageEnhance
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

REST_URL = os.environ.get("TF_SERVING_REST_URL", "http://tf_model_serving:8501/v1/models/my_model")
MODEL_NAME = os.environ.get("MODEL_NAME", REST_URL.rsplit("/", 1)[-1])
GRPC_ADDRESS = os.environ.get("TF_SERVING_GRPC_ADDRESS", "tf_model_serving:8500")
# Files: the key that the service knows this notebook by, and who signed the service's certificate.
KEY_FILE = os.environ.get("TF_SERVING_API_KEY_FILE")
CA_FILE = os.environ.get("TF_SERVING_CA_FILE")
KEY = Path(KEY_FILE).read_text(encoding="utf-8").strip() if KEY_FILE else ""
AUTHORIZATION = {"authorization": f"Bearer {KEY}"} if KEY else {}


def find_model_folder() -> Path:
    """The folder with class_names.txt: MODEL_DIR, or where a clone or the container has it."""
    for folder in (os.environ.get("MODEL_DIR", ".."), "..", "../model"):
        if (Path(folder) / "class_names.txt").is_file():
            return Path(folder).resolve()
    raise FileNotFoundError("No class_names.txt found: set MODEL_DIR to the sample's model folder")


MODEL_DIR = find_model_folder()
CLASS_NAMES = (MODEL_DIR / "class_names.txt").read_text(encoding="utf-8").splitlines()
held_out = json.loads((MODEL_DIR / "held_out" / "held_out.json").read_text(encoding="utf-8"))
pictures = [Image.open(MODEL_DIR / "held_out" / entry["file"]).convert("RGB") for entry in held_out]
print(f"{len(pictures)} pictures of {pictures[0].size}, {len(CLASS_NAMES)} classes")

# %% [markdown]
# ## Where it is computed
#
# The model runs in the service, on its replicas. This notebook only asks: it needs no GPU, and sees one where the stack gives it one.

# %%
print("Number of visible GPUs:", len(tf.config.list_physical_devices("GPU")))

# %% [markdown]
# ## Two ways to ask
#
# Over **REST** a picture travels as JSON: every one of its 150,528 numbers is text. Over **gRPC** the same numbers travel as they lie in memory. Both give 137 probabilities back, one for each class, which add up to 1.

# %%
session = requests.Session()
if REST_URL.startswith("https:"):
    authority = Path(CA_FILE).read_bytes() if CA_FILE else None
    channel = grpc.secure_channel(GRPC_ADDRESS, grpc.ssl_channel_credentials(authority))
else:
    channel = grpc.insecure_channel(GRPC_ADDRESS)
service = prediction_service_pb2_grpc.PredictionServiceStub(channel)


def rest_body(picture: Image.Image) -> bytes:
    """The JSON of a request."""
    question = {"signature_name": "serving_default", "instances": [np.asarray(picture).tolist()]}
    return json.dumps(question).encode()


def ask_rest(picture: Image.Image) -> np.ndarray:
    """The 137 probabilities for a picture, over REST."""
    options = {"headers": AUTHORIZATION, "verify": CA_FILE or True, "timeout": 60}
    response = session.post(f"{REST_URL}:predict", data=rest_body(picture), **options)
    if not response.ok:
        raise RuntimeError(f"{REST_URL}:predict answered {response.status_code}: {response.text}")
    return np.array(response.json()["predictions"][0])


def grpc_request(picture: Image.Image) -> predict_pb2.PredictRequest:
    """The message of a call."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = MODEL_NAME
    request.model_spec.signature_name = "serving_default"
    batch = np.asarray(picture, dtype=np.float32)[np.newaxis]
    request.inputs["images"].CopyFrom(tf.make_tensor_proto(batch))
    return request


def ask_grpc(picture: Image.Image) -> np.ndarray:
    """The 137 probabilities for a picture, over gRPC."""
    metadata = list(AUTHORIZATION.items())
    response = service.Predict(grpc_request(picture), timeout=60, metadata=metadata)
    return tf.make_ndarray(response.outputs["probabilities"])[0]


# %% [markdown]
# ## The gallery
#
# Beside each picture are the five classes that the model finds most probable. A green bar is the right answer. Look for pictures with a second bar: there the model hesitates, and the name of the second class says what it mixes up.

# %%
def draw_bars(axes: plt.Axes, probabilities: np.ndarray, right: str) -> None:
    """The five most probable classes as bars, the right one in green."""
    best = np.argsort(probabilities)[::-1][:5]
    names = [CLASS_NAMES[index] for index in best]
    colors = ["tab:green" if name == right else "tab:gray" for name in names]
    axes.barh(names, probabilities[best], color=colors)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.spines[["top", "right"]].set_visible(False)


answers = [ask_grpc(picture) for picture in pictures]
figure, grid = plt.subplots(5, 4, figsize=(15, 14), width_ratios=[1, 1.1, 1, 1.1])
for entry, picture, probabilities, (shown, bars) in zip(
    held_out, pictures, answers, grid.reshape(-1, 2)
):
    shown.imshow(picture)
    shown.set_title(entry["className"], fontsize=10)
    shown.axis("off")
    draw_bars(bars, probabilities, right=entry["className"])
figure.tight_layout()
plt.show()

guessed = [CLASS_NAMES[np.argmax(probabilities)] for probabilities in answers]
right = sum(guess == entry["className"] for guess, entry in zip(guessed, held_out))
print(f"{right} of {len(held_out)} right")


# %% [markdown]
# ## What a protocol costs
#
# Every picture is asked both ways, three times, one call after the other. The answers agree; the time and the bytes do not. Most of REST's time is spent on writing and reading numbers as text, on both ends: it grows with the size of the input and not with the model.

# %%
def milliseconds(ask, rounds: int = 3) -> list[float]:
    """How long each call took."""
    times = []
    for picture in pictures * rounds:
        start = time.perf_counter()
        ask(picture)
        times.append(1000 * (time.perf_counter() - start))
    return times


np.testing.assert_allclose([ask_rest(picture) for picture in pictures], answers, atol=1e-5)
print("REST and gRPC give the same probabilities")

took = {"REST": milliseconds(ask_rest), "gRPC": milliseconds(ask_grpc)}
sent = {"REST": len(rest_body(pictures[0])), "gRPC": grpc_request(pictures[0]).ByteSize()}
for protocol, times in took.items():
    print(
        f"{protocol}: {sent[protocol] / 1000:5.0f} kB sent, "
        f"median {np.median(times):5.1f} ms, slowest {max(times):5.1f} ms"
    )

figure, (left, right_side) = plt.subplots(1, 2, figsize=(11, 3))
left.boxplot(list(took.values()), orientation="horizontal", tick_labels=list(took))
left.set_xlabel("milliseconds per call")
right_side.barh(list(sent), [size / 1000 for size in sent.values()])
right_side.set_xlabel("kilobytes per request")
figure.tight_layout()
plt.show()


# %% [markdown]
# ## What if?
#
# Move the sliders: the picture changes, is sent to the service, and the bars answer. A person still knows the animal when it is darker, turned or nearer. Where does the model lose it, and to which class?

# %%
def change(picture: Image.Image, brightness: float, rotation: float, crop: float) -> Image.Image:
    """A picture that is brighter (above 1) or darker, turned by degrees, and cut to a part of its side."""
    width, height = picture.size
    turned = ImageEnhance.Brightness(picture).enhance(brightness).rotate(rotation, Image.BILINEAR)
    left, top = width * (1 - crop) / 2, height * (1 - crop) / 2
    box = (left, top, width - left, height - top)
    return turned.resize((width, height), Image.BILINEAR, box=box)


def what_if(number: int, brightness: float, rotation: float, crop: float) -> None:
    """Shows a changed picture beside what the model makes of it."""
    changed = change(pictures[number], brightness, rotation, crop)
    figure, (shown, bars) = plt.subplots(1, 2, figsize=(9, 3.5))
    shown.imshow(changed)
    shown.axis("off")
    draw_bars(bars, ask_grpc(changed), right=held_out[number]["className"])
    figure.tight_layout()
    plt.show()


names = [(entry["className"], number) for number, entry in enumerate(held_out)]


def slider(low: float, high: float, step: float, start: float, text: str) -> widgets.FloatSlider:
    # It asks when it is let go, not at every step.
    return widgets.FloatSlider(
        value=start, min=low, max=high, step=step, description=text, continuous_update=False
    )


widgets.interact(
    what_if,
    number=widgets.Dropdown(options=names, description="picture"),
    brightness=slider(0.1, 2.0, 0.1, 1.0, "brightness"),
    rotation=slider(-180, 180, 5, 0, "rotation"),
    crop=slider(0.3, 1.0, 0.05, 1.0, "crop"),
);

# %% [markdown]
# ## How far is too far?
#
# The same question to all ten pictures: a line is the probability of the right class while the picture turns. A flat line near 1 is a class that the model knows from all sides. A line that falls shows what its training pictures lacked: the cure is there, not in the service.

# %%
angles = list(range(0, 181, 30))
figure, axes = plt.subplots(figsize=(11, 4))
for entry, picture in zip(held_out, pictures):
    turned = [ask_grpc(change(picture, 1.0, angle, 1.0)) for angle in angles]
    axes.plot(angles, [answer[entry["classIndex"]] for answer in turned], label=entry["className"])
axes.set_xlabel("degrees")
axes.set_ylabel("probability of the right class")
axes.set_ylim(0, 1.05)
axes.legend(bbox_to_anchor=(1.01, 1), loc="upper left", fontsize=8)
figure.tight_layout()
plt.show()

# %% [markdown]
# ## Next
#
# - Put a picture of your own beside this notebook: `Image.open("mine.png").convert("RGB").resize((224, 224))`, and ask for it. The model knows 137 classes and no other: it names one of them for a bicycle too.
# - Train with turned pictures in [train_and_export.ipynb](train_and_export.ipynb), serve the new version with `npm run up`, and run this notebook again.

# %%
channel.close()
