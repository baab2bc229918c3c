import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  absoluteUrl,
  backendVariables,
  chooseBackend,
  configFolder,
  currentLogin,
} from "../../../cli/setup/backend";

const folder = path.resolve("/project/.pulumi");
const own = `file://${folder.split(path.sep).join("/")}`;

describe("the backend of a command", () => {
  const token = { PULUMI_ACCESS_TOKEN: "token" };
  const s3 = { PULUMI_BACKEND_URL: "s3://states" };
  const [projectUrl, login] = ["gs://states", "azblob://states"];

  it.each<[string, object, string]>([
    ["PULUMI_BACKEND_URL", { env: { ...s3, ...token }, projectUrl, login }, "s3://states"],
    ["Pulumi.yaml before a login", { env: {}, projectUrl, login }, "gs://states"],
    ["a login before a token", { env: token, login }, "azblob://states"],
    ["a token, which is Pulumi Cloud's", { env: token }, "https://api.pulumi.com"],
  ])("is the user's, by %s, and is left alone", (_, choice, url) => {
    const given = { env: {}, folder, ...choice };
    const backend = chooseBackend(given);
    expect(backend).toMatchObject({ url, own: false });
    expect(backendVariables(backend, given.env)).toEqual({});
  });

  it("is the project's own folder where the user chose none", () => {
    expect(chooseBackend({ env: {}, folder })).toMatchObject({ url: own, own: true });
  });

  it("is the project's own where PULUMI_BACKEND_URL names its folder", () => {
    const env = { PULUMI_BACKEND_URL: own };

    const others = { login: "s3://states", projectUrl: "gs://states" };
    expect(chooseBackend({ env, ...others, folder }).own).toBe(true);
  });
});

describe("the variables of the project's own backend", () => {
  const backend = chooseBackend({ env: {}, folder });

  it("hold an empty passphrase where the user has none", () => {
    expect(backendVariables(backend, {})).toEqual({
      PULUMI_BACKEND_URL: own,
      PULUMI_CONFIG_PASSPHRASE: "",
    });
  });

  it.each([{ PULUMI_CONFIG_PASSPHRASE: "secret" }, { PULUMI_CONFIG_PASSPHRASE_FILE: "/file" }])(
    "leave the user's passphrase alone (%j)",
    (env) => {
      expect(backendVariables(backend, env)).toEqual({ PULUMI_BACKEND_URL: own });
    },
  );
});

describe("the generated config files", () => {
  it("have a folder per backend", () => {
    const backends = ["s3://a", "s3://b"].map((url) => ({ url, own: false, because: "" }));
    const folders = [chooseBackend({ env: {}, folder }), ...backends].map((backend) =>
      configFolder(backend, folder),
    );

    expect(new Set(folders).size).toBe(3);
  });
});

describe("a relative file URL", () => {
  it.each([
    ["file://./state", "/project/state"],
    ["file://../state", "/state"],
  ])("%s is taken from the project's folder", (url, expected) => {
    const absolute = path.resolve(expected).split(path.sep).join("/");

    expect(absoluteUrl(url, path.resolve("/project"))).toBe(`file://${absolute}`);
  });

  it.each(["file:///state", "file://~", "https://api.pulumi.com", "s3://bucket/../x"])(
    "%s is absolute and stays",
    (url) => {
      expect(absoluteUrl(url, path.resolve("/project"))).toBe(url);
    },
  );
});

describe("the last pulumi login", () => {
  it("is read from Pulumi's home", () => {
    const home = mkdtempSync(path.join(os.tmpdir(), "pulumi-home-"));
    writeFileSync(path.join(home, "credentials.json"), '{"current": "s3://states"}');

    expect(currentLogin({ PULUMI_HOME: home })).toBe("s3://states");
  });

  it("is none where there are no credentials", () => {
    expect(currentLogin({ PULUMI_HOME: path.join(os.tmpdir(), "no-such-home") })).toBeUndefined();
  });
});
