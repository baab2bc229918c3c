# Model image: a model folder on top of the runtime image (runtime/Dockerfile).
# Context: the folder, holding <model name>/<version>/saved_model.pb for one or more models.
# MODEL_NAME: the model that is served when no model config says otherwise.
ARG RUNTIME_IMAGE

# The server is not root: it must be able to read the files and enter the folders whatever the
# umask was. A stage of its own, because the build cache's key holds the modes of the source: the
# second stage sees the same files whatever they were, so the same content gives the same image.
FROM scratch AS model
COPY --chmod=0755 . /models/

FROM ${RUNTIME_IMAGE}
ARG MODEL_NAME
ENV MODEL_NAME=${MODEL_NAME}
LABEL org.opencontainers.image.title="${MODEL_NAME}" \
      org.opencontainers.image.description="TensorFlow Serving with the model ${MODEL_NAME}"
COPY --from=model /models/ /models/
