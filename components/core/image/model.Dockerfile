# Model image: one version of a model on top of an image that may hold others.
# Context: the version's folder, holding saved_model.pb.
# PARENT_IMAGE: the runtime image (runtime/Dockerfile), or the model image of the versions before.
# VERSION_PATH: where the version goes below /models/, <model name>/<version>.
# MODEL_NAME: the model that is served when no model config says otherwise.
# RELEASE: what the image's content is called, its tag; the supervisor tells it to who checks its health.
ARG PARENT_IMAGE

# The same content gives the same image, from any checkout. The build cache's key of a context holds
# file modes, which follow the umask, hidden files: .DS_Store, and what some builders send along
# (.dockerignore, the Dockerfile under a name that changes each time), and empty folders, which git
# does not keep. This stage takes all that out, so the last COPY sees the same files and its result
# is reused. A hidden file right in assets/ stays, since the model may name it: hiddenFiles.ts has
# the same rule. 0755, because the server is not root and must be able to read the files and enter the
# folders.
FROM ${PARENT_IMAGE} AS version
USER 0
COPY --chmod=0755 . /staging/
RUN find /staging -mindepth 1 -name '.*' \
      ! '(' ! -type d -path '/staging/assets/*' ! -path '/staging/assets/*/*' \
            ! -name .DS_Store ! -name '._*' ')' \
      -prune -exec rm -rf {} + \
 && find /staging -mindepth 1 -type d -empty -delete

FROM ${PARENT_IMAGE}
ARG MODEL_NAME
ARG VERSION_PATH
ENV MODEL_NAME=${MODEL_NAME}
LABEL org.opencontainers.image.title="${MODEL_NAME}" \
      org.opencontainers.image.description="TensorFlow Serving with the model ${MODEL_NAME}"
COPY --from=version /staging/ /models/${VERSION_PATH}/
# Last: what comes after a changed value is built anew.
ARG RELEASE
ENV TFS_RELEASE=${RELEASE}
