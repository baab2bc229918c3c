# %% [markdown]
# # Ask the served model
#
# Sends ten pictures that the model has never seen to the service, over REST and over gRPC. The service is called by its name; which replica answers is the load balancer's business.

# %%
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("tensorflow_serving") is None:
    print("This image lacks tensorflow-serving-api: installing it (without a second TensorFlow)")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "tensorflow-serving-api==2.19.1"], check=True)

# %%
import json
import os
from pathlib import Path

import grpc
import numpy as np
import requests
import tensorflow as tf
from PIL import Image
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
print(f"REST  {REST_URL}\ngRPC  {GRPC_ADDRESS}\nmodel {MODEL_NAME}")

# %% [markdown]
# ## GPUs in this notebook
#
# The service computes on its own devices. This is what the notebook itself sees.

# %%
print("Number of visible GPUs:", len(tf.config.list_physical_devices("GPU")))

# %% [markdown]
# ## The pictures

# %%
CLASS_NAMES = (MODEL_DIR / "class_names.txt").read_text(encoding="utf-8").splitlines()
held_out = json.loads((MODEL_DIR / "held_out" / "held_out.json").read_text(encoding="utf-8"))
pictures = [np.asarray(Image.open(MODEL_DIR / "held_out" / entry["file"])) for entry in held_out]

print(len(pictures), "pictures of", pictures[0].shape, "with values 0..255")
Image.fromarray(np.vstack([np.hstack(pictures[:5]), np.hstack(pictures[5:])]))


# %% [markdown]
# ## REST

# %%
def rest_probabilities(picture: np.ndarray) -> np.ndarray:
    """The 137 probabilities for one picture."""
    body = {"signature_name": "serving_default", "instances": [picture.tolist()]}
    options = {"headers": AUTHORIZATION, "verify": CA_FILE or True, "timeout": 60}
    response = requests.post(f"{REST_URL}:predict", json=body, **options)
    if not response.ok:
        raise RuntimeError(f"{REST_URL}:predict answered {response.status_code}: {response.text}")
    return np.array(response.json()["predictions"][0])


def best(probabilities: np.ndarray) -> tuple[str, float]:
    """(class name, confidence) of the most probable class."""
    index = int(np.argmax(probabilities))
    return CLASS_NAMES[index], float(probabilities[index])


def predict(picture: np.ndarray) -> tuple[str, float]:
    """Asks the service over REST: (class name, confidence)."""
    return best(rest_probabilities(picture))


for picture in pictures:
    name, confidence = predict(picture)
    print(f"predicted class= {name} with confidence level of {confidence:.2f}")

# %% [markdown]
# ## gRPC
#
# The same question in the binary protocol: a picture is 600 kB of float32 here.

# %%
if REST_URL.startswith("https:"):
    authority = Path(CA_FILE).read_bytes() if CA_FILE else None
    channel = grpc.secure_channel(GRPC_ADDRESS, grpc.ssl_channel_credentials(authority))
else:
    channel = grpc.insecure_channel(GRPC_ADDRESS)
service = prediction_service_pb2_grpc.PredictionServiceStub(channel)


def grpc_probabilities(picture: np.ndarray) -> np.ndarray:
    """The 137 probabilities for one picture."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = MODEL_NAME
    request.model_spec.signature_name = "serving_default"
    batch = picture[np.newaxis].astype(np.float32)
    request.inputs["images"].CopyFrom(tf.make_tensor_proto(batch))
    response = service.Predict(request, timeout=60, metadata=list(AUTHORIZATION.items()))
    return tf.make_ndarray(response.outputs["probabilities"])[0]


for picture in pictures:
    name, confidence = best(grpc_probabilities(picture))
    print(f"predicted class= {name} with confidence level of {confidence:.2f}")

# %% [markdown]
# ## Both, side by side

# %%
over_rest = np.array([rest_probabilities(picture) for picture in pictures])
over_grpc = np.array([grpc_probabilities(picture) for picture in pictures])
np.testing.assert_allclose(over_rest, over_grpc, atol=1e-5)
print("REST and gRPC give the same probabilities\n")

right = 0
print(f"{'right answer':24} {'REST':24} {'':5} {'gRPC':24}")
for entry, rest, grpc_answer in zip(held_out, over_rest, over_grpc):
    rest_name, rest_confidence = best(rest)
    grpc_name, grpc_confidence = best(grpc_answer)
    right += rest_name == entry["className"]
    print(
        f"{entry['className']:24} {rest_name:24} {rest_confidence:.2f}  "
        f"{grpc_name:24} {grpc_confidence:.2f}"
    )
print(f"\n{right} of {len(held_out)} right")
channel.close()
