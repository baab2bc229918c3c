# Model image: one or more SavedModels on top of the runtime image (runtime/Dockerfile).
# Context: a model folder, <model name>/<version>/saved_model.pb.
ARG RUNTIME_IMAGE
FROM ${RUNTIME_IMAGE}

ARG MODEL_NAME=model
ENV MODEL_NAME=${MODEL_NAME}

COPY --chmod=0755 . /models/
