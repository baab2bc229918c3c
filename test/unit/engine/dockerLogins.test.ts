import * as fs from "node:fs";
import * as path from "node:path";

import { expect, it } from "vitest";

import { dockerLogins } from "@tf-model-serving/core";
import { temporaryFolder } from "../../support/modelFolder";

/** An environment with a configuration of Docker. */
function configured(content: string): NodeJS.ProcessEnv {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, "config.json"), content);
  return { DOCKER_CONFIG: folder };
}

const auth = { auth: Buffer.from("ada:lovelace").toString("base64") };

it.each([
  ["a host", { auths: { "r.example.com": auth } }, "r.example.com/haproxy:3", "r.example.com"],
  ["a port", { auths: { "r.test:5000": auth } }, "r.test:5000/a/haproxy", "r.test:5000"],
  ["a URL", { auths: { "https://r.test/v2/": auth } }, "r.test/haproxy", "r.test"],
  ["a store", { auths: { "r.test": {} }, credsStore: "desktop" }, "r.test/haproxy", "r.test"],
  [
    "a helper",
    { credHelpers: { "r.test": "gcr" } },
    "r.test/haproxy:3@sha256:" + "a".repeat(64),
    "r.test",
  ],
  [
    "Docker Hub",
    { auths: { "https://index.docker.io/v1/": auth } },
    "reef/haproxy",
    "registry-1.docker.io",
  ],
])("a login by %s is known", (_, config, image, registry) => {
  const env = configured(JSON.stringify(config));
  expect(dockerLogins([image, image], env)).toEqual([{ address: `https://${registry}` }]);
});

it.each([
  ["another registry", JSON.stringify({ auths: { "r.example.com:5000": auth } })],
  ["a configuration without logins", "{}"],
  ["a configuration that cannot be read", "{"],
])("%s gives none", (_, content) => {
  expect(dockerLogins(["r.example.com/haproxy"], configured(content))).toEqual([]);
});

it("no configuration and no image give none", () => {
  expect(dockerLogins(["r.example.com/haproxy"], { DOCKER_CONFIG: temporaryFolder() })).toEqual([]);
  expect(
    dockerLogins(
      ["r.example.com/"],
      configured(JSON.stringify({ auths: { "r.example.com": auth } })),
    ),
  ).toEqual([]);
});
