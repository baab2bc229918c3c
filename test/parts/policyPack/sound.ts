import * as aws from "@pulumi/aws";
import * as docker from "@pulumi/docker";
import * as kubernetes from "@pulumi/kubernetes";

const image = `nginx@sha256:${"0a".repeat(32)}`;
const tags = { team: "reef" };

/** The same resources as they should be. */
export function declareSound(): void {
  // Its id is not known before the update.
  const pulled = new docker.RemoteImage("pulled", { name: "nginx:1.27" });
  new docker.Container("by-id", {
    image: pulled.imageId,
    ports: [{ internal: 80, external: 8080, ip: "127.0.0.1" }],
    envs: ["LEVEL=info", "ADA_PASSWORD_FILE=/run/secrets/ada"],
  });
  new aws.ecs.TaskDefinition("by-digest", {
    family: "model",
    networkMode: "awsvpc",
    containerDefinitions: JSON.stringify([
      { name: "model", image, secrets: [{ name: "DB_PASSWORD", valueFrom: "arn:aws:..." }] },
    ]),
    tags,
  });
  new aws.ec2.SecurityGroup("closed", {
    ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/8"] }],
    tags,
  });
  const jwtValidation = { issuer: "us", jwksEndpoint: "https://login.example.com/keys" };
  new aws.lb.ListenerRule("asks", {
    listenerArn: "arn:aws:elasticloadbalancing:us-east-1:1:listener/app/a/1/2",
    conditions: [{ pathPattern: { values: ["/v1/models/*"] } }],
    actions: [
      { type: "jwt-validation", jwtValidation },
      { type: "forward", targetGroupArn: "arn:aws:elasticloadbalancing:us-east-1:1:t/1" },
    ],
  });
  new aws.efs.FileSystem("encrypted", { encrypted: true, tags });
  const disk = { rootBlockDevice: { encrypted: true } };
  new aws.ec2.Instance("small", { ami: "ami-1", instanceType: "t3.medium", tags, ...disk });
  const labels = { app: "model" };
  new kubernetes.apps.v1.Deployment("by-digest", {
    metadata: { labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "model", image }] } },
    },
  });
  new kubernetes.core.v1.Service("open-for-a-reason", {
    metadata: { labels },
    spec: { type: "LoadBalancer", selector: labels, ports: [{ port: 80 }] },
  });
}
