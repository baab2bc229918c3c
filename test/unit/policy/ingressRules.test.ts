import { describe } from "vitest";

import { unknown } from "../../../policy/rule";
import { aws, checkPolicies, dockerContainer, kubernetesService } from "../../support/policies";

describe("no-public-ingress", () => {
  const rule = (props: object) => aws("vpc/securityGroupIngressRule", props);
  const reasons = (pattern: string) => ({
    "no-public-ingress": { reasons: { [pattern]: "The demonstration is for everybody" } },
  });
  const open = kubernetesService({ type: "NodePort" });
  checkPolicies([
    ["takes a network's block", rule({ cidrIpv4: "10.0.0.0/8" }), {}],
    ["takes a block that is not known yet", rule({ cidrIpv4: unknown }), {}],
    [
      "takes an open way out",
      aws("ec2/securityGroup", { egress: [{ cidrBlocks: ["0.0.0.0/0"] }] }),
      {},
    ],
    ["takes an internal load balancer", aws("lb/loadBalancer", { internal: true }), {}],
    [
      "takes a port on this machine",
      dockerContainer({ ports: [{ internal: 80, ip: "127.0.0.1" }] }),
      {},
    ],
    ["takes a Service inside the cluster", kubernetesService({ type: "ClusterIP" }), {}],
    [
      "takes an internal load balancer of a cloud",
      kubernetesService(
        { type: "LoadBalancer" },
        { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" },
      ),
      {},
    ],
    [
      "takes a load balancer for one network",
      kubernetesService({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] }),
      {},
    ],
    [
      "refuses everybody by IPv4",
      rule({ cidrIpv4: "0.0.0.0/0" }),
      {},
      "SecurityGroupIngressRule it lets in 0.0.0.0/0, which is everybody. Name the networks that call, or write the reason below no-public-ingress.reasons.",
    ],
    [
      "refuses everybody by IPv6 in a group",
      aws("ec2/securityGroup", { ingress: [{ ipv6CidrBlocks: ["::/0"] }] }),
      {},
      "SecurityGroup it lets in ::/0",
    ],
    [
      "refuses everybody in a rule of a group",
      aws("ec2/securityGroupRule", { type: "ingress", cidrBlocks: ["0.0.0.0/0"] }),
      {},
      "SecurityGroupRule it lets in",
    ],
    [
      "refuses a load balancer that does not say where it is",
      aws("lb/loadBalancer", {}),
      {},
      "LoadBalancer it faces the internet. Set internal: true, or",
    ],
    [
      "refuses a port without an address",
      dockerContainer({ ports: [{ internal: 80 }] }),
      {},
      "Container it publishes port 80 on every interface",
    ],
    [
      "refuses all ports",
      dockerContainer({ publishAllPorts: true }),
      {},
      "publishes every exposed port",
    ],
    [
      "refuses a port of a swarm",
      {
        type: "docker:index/service:Service",
        props: { endpointSpec: { ports: [{ publishedPort: 80 }] } },
      },
      {},
      "Service it publishes port 80",
    ],
    [
      "refuses a port of every node",
      open,
      {},
      "Service it is of type NodePort, open outside the cluster",
    ],
    [
      "refuses a load balancer for everybody",
      kubernetesService({ type: "LoadBalancer", loadBalancerSourceRanges: ["0.0.0.0/0"] }),
      {},
      "is of type LoadBalancer",
    ],
    [
      "refuses an Ingress",
      { type: "kubernetes:networking.k8s.io/v1:Ingress", props: {} },
      {},
      "Ingress it is an Ingress",
    ],
    [
      "refuses a Gateway",
      { type: "kubernetes:gateway.networking.k8s.io/v1:Gateway", props: {} },
      {},
      "Gateway it is a Gateway",
    ],
    ["takes a reason by the resource's name", open, reasons("it")],
    ["takes a reason by a part of its URN", open, reasons("urn:pulumi:dev::*::it")],
    [
      "refuses it with a reason for another stack",
      open,
      reasons("urn:pulumi:prod::*::it"),
      "is of type NodePort",
    ],
    ["refuses it with a reason for a longer name", open, reasons("it-"), "is of type NodePort"],
  ]);
});

describe("no-anonymous-callers", () => {
  const forward = { type: "forward", targetGroupArn: "arn" };
  const token = { type: "jwt-validation", jwtValidation: { issuer: "us" } };
  const rule = (...actions: object[]) => aws("lb/listenerRule", { actions });
  checkPolicies([
    ["takes a rule that asks for a token first", rule(token, forward), {}],
    ["takes a rule that passes nothing on", rule({ type: "fixed-response" }), {}],
    ["takes actions that a preview does not know", rule({ type: unknown }, forward), {}],
    [
      "takes a listener that verifies certificates of clients",
      aws("lb/listener", {
        protocol: "HTTPS",
        defaultActions: [forward],
        mutualAuthentication: { mode: "verify" },
      }),
      {},
    ],
    [
      "refuses a rule that asks nothing",
      rule(forward),
      {},
      "no-anonymous-callers: ListenerRule it passes requests on and does not ask who calls. Put",
    ],
    [
      "refuses a listener that asks too late",
      aws("lb/listener", { protocol: "HTTPS", defaultActions: [forward, token] }),
      {},
      "Listener it passes requests on",
    ],
    [
      "takes a rule with a reason",
      rule(forward),
      { "no-anonymous-callers": { reasons: { it: "Only the team's own VPC gets there" } } },
    ],
  ]);
});
