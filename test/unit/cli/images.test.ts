import { describe, expect, it } from "vitest";
import { chooseSource, isUnreachable, wantedImages } from "../../../cli/setup/images";

const wanted = {
  key: "baseImage",
  image: "tensorflow/serving:2.19.1",
  explicit: false,
  standIn: "local/serving:1",
  stoodIn: false,
};

describe("the source of an image", () => {
  it("is the engine where it has it, even after a stand-in", () => {
    expect(chooseSource({ ...wanted, stoodIn: true }, true, false)).toBe("present");
  });

  it("is its registry at first", () => {
    expect(chooseSource(wanted, false, false)).toBe("pull");
  });

  it("stays the stand-in of the last run", () => {
    expect(chooseSource({ ...wanted, stoodIn: true }, false, false)).toBe("stand-in");
  });

  it.each([
    ["a retry is asked for", { ...wanted, stoodIn: true }, true],
    ["the user named the image", { ...wanted, stoodIn: true, explicit: true }, false],
    ["there is no stand-in any more", { ...wanted, stoodIn: true, standIn: undefined }, false],
    ["it may not be used any more", { ...wanted, stoodIn: true, noStandIn: "of AWS" }, false],
  ])("is its registry again where %s", (_, image, retry) => {
    expect(chooseSource(image, false, retry)).toBe("pull");
  });
});

describe("a failed pull", () => {
  it.each([
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.53:53: no such host',
    'Get "https://quay.io/v2/": dial tcp: lookup quay.io on 127.0.0.53:53: server misbehaving',
    'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    'Get "https://192.0.2.1/v2/": dial tcp 192.0.2.1:443: i/o timeout',
    'Get "https://192.0.2.1/v2/": dial tcp 192.0.2.1:443: connect: no route to host',
    'Get "https://192.0.2.1/v2/": dial tcp 192.0.2.1:443: connect: network is unreachable',
    'Get "https://quay.io/v2/": net/http: TLS handshake timeout',
    'Get "https://quay.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
  ])("means no way to the registry: %s", (message) => {
    expect(isUnreachable(message)).toBe(true);
  });

  it.each([
    "received unexpected HTTP status: 502 Bad Gateway",
    "received unexpected HTTP status: 503 Service Unavailable",
    "received unexpected HTTP status: 403 Forbidden",
    "error pulling image configuration: download failed after attempts=6: unexpected EOF",
    "denied: requested access to the resource is denied",
    "unknown: image blocked by policy: Docker Hub is not an approved source",
    'Get "https://quay.io/v2/": x509: certificate signed by unknown authority',
    'Get "https://quay.io/v2/": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused',
    "read tcp 10.0.0.2:40000->192.0.2.1:443: i/o timeout",
    "manifest for haproxy:9 not found: manifest unknown: manifest unknown",
    "pull access denied for nobody/x, repository does not exist or may require 'docker login'",
    "toomanyrequests: You have reached your unauthenticated pull rate limit.",
    "no matching manifest for linux/arm64/v8 in the manifest list entries",
    "unauthorized: authentication required",
    "write /var/lib/docker/tmp/x: no space left on device",
    "",
  ])("is an answer that no stand-in may hide: %s", (message) => {
    expect(isUnreachable(message)).toBe(false);
  });
});

describe("the images of a stack", () => {
  const settings: Record<string, unknown> = {
    baseImage: "tensorflow/serving:2.19.1",
    balancerImage: "company/haproxy:3",
    notebookImage: "jupyter:1",
    notebook: true,
  };
  const setting = (key: string) => settings[key];
  const explicit = (key: string) => (key === "balancerImage" ? "company/haproxy:3" : undefined);
  const standIns = { baseImage: "local/serving:1", balancerImage: "local/haproxy:1" };

  it("know who named them, what stands in for them and what stood in last", () => {
    const whyNone = (key: string) => (key === "balancerImage" ? undefined : "it is pushed");
    const last = (key: string) => (key === "baseImage" ? "local/serving:1" : "company/haproxy:3");

    expect(wantedImages({ setting, explicit, last }, standIns, whyNone)).toEqual([
      { ...wanted, stoodIn: true, noStandIn: "it is pushed" },
      {
        key: "balancerImage",
        image: "company/haproxy:3",
        explicit: true,
        standIn: "local/haproxy:1",
        stoodIn: false,
      },
      {
        key: "notebookImage",
        image: "jupyter:1",
        explicit: false,
        standIn: undefined,
        stoodIn: false,
      },
    ]);
  });

  it.each([false, "false"])("leave the notebook out where notebook is %j", (notebook) => {
    const none = () => undefined;
    const given = (key: string) => (key === "notebook" ? notebook : settings[key]);
    const images = wantedImages({ setting: given, explicit, last: none }, standIns, none);

    expect(images.map(({ key }) => key)).toEqual(["baseImage", "balancerImage"]);
  });
});
