import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { registryLogin } from "../../../components/core/engine/registryLogin";
import { temporaryFolder } from "../../support/modelFolder";

const auth = Buffer.from("ada:love:lace").toString("base64");

/** An environment with a configuration of Docker, and with a helper that knows one registry. */
function configured(config: object): NodeJS.ProcessEnv {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  const helper =
    '#!/bin/sh\nread -r name\n[ "$name" = r.test ] || exit 1\n' +
    'echo \'{"Username": "<token>", "Secret": "kept"}\'\n';
  fs.writeFileSync(path.join(folder, "docker-credential-test"), helper, { mode: 0o755 });
  return { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH}` };
}

it.each([
  ["a host", { auths: { "r.test": { auth } } }, "r.test", "ada", "love:lace"],
  [
    "Docker Hub",
    { auths: { "https://index.docker.io/v1/": { auth } } },
    "docker.io",
    "ada",
    "love:lace",
  ],
  ["an identity token", { auths: { "r.test": { identitytoken: "id" } } }, "r.test", "", "id"],
  ["a helper", { credHelpers: { "r.test": "test" } }, "r.test", "", "kept"],
  ["a store", { auths: { "r.test": {} }, credsStore: "test" }, "r.test", "", "kept"],
])("a login by %s is read", async (_, config, registry, username, password) => {
  const login = await registryLogin(registry, configured(config));
  expect(login).toEqual({ username, password });
});

it("where nobody is logged in there is no login", async () => {
  expect(await registryLogin("other.test", configured({ credsStore: "test" }))).toBeUndefined();
  expect(await registryLogin("r.test", configured({}))).toBeUndefined();
});

it("a helper that is missing is named", async () => {
  const env = configured({ credsStore: "gone" });
  await expect(registryLogin("r.test", env)).rejects.toThrow(
    "docker-credential-gone, which is not",
  );
});
