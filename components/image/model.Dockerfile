# Model image: a model folder on top of the runtime image (runtime/Dockerfile).
# Context: the folder, holding <model name>/<version>/saved_model.pb for one or more models.
# MODEL_NAME: the model that is served when no model config says otherwise.
ARG RUNTIME_IMAGE

# The same content gives the same image, from any checkout. The build cache's key of a context holds
# file modes, which follow the umask, and hidden files: .DS_Store, and what some builders send along
# (.dockerignore, the Dockerfile under a name that changes each time). This stage takes both out, so
# the last COPY sees the same files and its result is reused. 0755, because the server is not root
# and must be able to read the files and enter the folders.
FROM ${RUNTIME_IMAGE} AS model
USER 0
COPY --chmod=0755 . /staging/
RUN find /staging -mindepth 1 -name '.*' -prune -exec rm -rf {} +

FROM ${RUNTIME_IMAGE}
ARG MODEL_NAME
ENV MODEL_NAME=${MODEL_NAME}
LABEL org.opencontainers.image.title="${MODEL_NAME}" \
      org.opencontainers.image.description="TensorFlow Serving with the model ${MODEL_NAME}"
COPY --from=model /staging/ /models/
