import pulumi
import tf_model_serving as tfserving

config = pulumi.Config()
model_name = config.require("modelName")

image = tfserving.ServingImage(
    "flowers",
    model_folder=config.require("modelFolder"),
    model_name=model_name,
    base_image=config.get("baseImage"),
)
service = tfserving.DockerModelService(
    "flowers",
    image=image.image_id,
    model_name=model_name,
    replicas=config.get_int("replicas"),
    rest_port=config.get_int("restPort"),
    service_name="flowers",
    balancer_image=config.get("balancerImage"),
    server={"batching": {"max_batch_size": 8, "batch_timeout_micros": 1000}},
)
pulumi.export("restUrl", service.rest_url)
