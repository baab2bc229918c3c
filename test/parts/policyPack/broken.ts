import * as aws from "@pulumi/aws";
import * as docker from "@pulumi/docker";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Resources that break each rule on each of the targets on which it can be broken. */
export function declareBroken(): void {
  new docker.Container("by-tag", {
    image: "nginx:1.27",
    privileged: true,
    ports: [{ internal: 80, external: 8080 }],
    envs: ["LEVEL=info", pulumi.secret("PASSPHRASE_OF_ADA=lovelace")],
  });
  new aws.ecs.TaskDefinition("by-tag", {
    family: "model",
    networkMode: "host",
    containerDefinitions: JSON.stringify([
      { name: "model", image: "nginx", environment: [{ name: "DB_PASSWORD", value: "lovelace" }] },
    ]),
  });
  new aws.ec2.SecurityGroup("open", {
    ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }],
    tags: { team: "reef" },
  });
  new aws.lb.ListenerRule("anonymous", {
    listenerArn: "arn:aws:elasticloadbalancing:us-east-1:1:listener/app/a/1/2",
    conditions: [{ pathPattern: { values: ["/v1/models/*"] } }],
    actions: [{ type: "forward", targetGroupArn: "arn:aws:elasticloadbalancing:us-east-1:1:t/1" }],
  });
  new aws.efs.FileSystem("clear", { tags: { team: "reef" } });
  new aws.ec2.Instance("large", {
    ...{ ami: "ami-1", instanceType: "g5.48xlarge", tags: { team: "reef" } },
    rootBlockDevice: { encrypted: true },
  });
  const labels = { app: "model" };
  new kubernetes.apps.v1.Deployment("by-tag", {
    metadata: { labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { hostNetwork: true, containers: [{ name: "model", image: "nginx:latest" }] },
      },
    },
  });
  new kubernetes.core.v1.Service("open", {
    metadata: { labels },
    spec: { type: "LoadBalancer", selector: labels, ports: [{ port: 80 }] },
  });
}
