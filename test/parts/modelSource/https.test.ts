// Models from a web server with TLS: Node's, with an authority of the test's own.
import { createHash } from "crypto";
import { execFile, execFileSync } from "child_process";
import * as fs from "fs";
import * as net from "net";
import * as path from "path";
import { promisify } from "util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { fetchModel } from "@tf-model-serving/core";
import { root } from "../../../cli/setup/folders";
import { tarOf, tarWith } from "../../support/archives";
import { type FileServer, startFileServer } from "../../support/fileServer";
import { savedModel, temporaryFolder } from "../../support/modelFolder";

const execute = promisify(execFile);
const pb = savedModel("serving_default");
const noise = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * at * 31 + at) >> 7));
const files = { "saved_model.pb": pb, "variables/variables.data-00000-of-00001": noise };

let server: FileServer;
let home: string;
let project: string;
let model: Buffer;

beforeAll(async () => {
  const cache = path.join(root, "node_modules/.cache");
  fs.mkdirSync(cache, { recursive: true });
  server = await startFileServer(fs.mkdtempSync(path.join(cache, "files-")));
});
afterAll(() => {
  server.stop();
  fs.rmSync(path.dirname(server.authority), { recursive: true });
});
beforeEach(async () => {
  project = process.cwd();
  home = temporaryFolder();
  process.chdir(home);
  vi.stubEnv("TFSERVING_CACHE", path.join(home, "cache"));
  vi.stubEnv("NETRC", path.join(home, "netrc"));
  // Node reads the file of further authorities when it starts; one test below starts one.
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  model = await tarOf(files);
  Object.assign(server, { files: {}, sent: 0, breaks: [], onBreak: undefined });
  server.files["/m/7.tar.gz"] = { content: model, etag: '"a"' };
});
afterEach(() => {
  process.chdir(project);
  vi.unstubAllEnvs();
});

const get = (name: string) => fetchModel(server.address + name, { modelName: "my_model" });
const served = (folder: string) => fs.readdirSync(path.join(folder, "my_model")).sort();

describe("an archive on a web server", () => {
  test("is fetched once, and its name is the version's number", async () => {
    const { modelFolder, source, revision } = await get("/m/7.tar.gz");
    expect(served(modelFolder)).toEqual(["7"]);
    expect(fs.readFileSync(path.join(modelFolder, "my_model/7/saved_model.pb"))).toEqual(
      Buffer.from(pb),
    );
    expect({ source, revision }).toEqual({
      source: `${server.address}/m/7.tar.gz`,
      revision: expect.stringContaining('"a"') as string,
    });
    await get("/m/7.tar.gz");
    expect(server.sent).toBe(model.length);
  });

  test("is another revision once its ETag is another", async () => {
    const { revision } = await get("/m/7.tar.gz");
    const changed = await tarOf({ ...files, "assets/names.txt": "Prawns\n" });
    server.files["/m/7.tar.gz"] = { content: changed, etag: '"b"' };
    const { modelFolder, revision: next } = await get("/m/7.tar.gz");
    expect(next).not.toBe(revision);
    expect(fs.existsSync(path.join(modelFolder, "my_model/7/assets/names.txt"))).toBe(true);
  });

  test("has the time of the file for a version without a number", async () => {
    const time = "Thu, 01 Jan 2026 00:00:00 GMT";
    server.files["/model.tgz"] = { content: await tarOf({ "export/saved_model.pb": pb }), time };
    expect(served((await get("/model.tgz")).modelFolder)).toEqual(["1767225600"]);
  });

  test("may be a zip with versions in it", async () => {
    for (const version of ["3", "12"]) {
      fs.mkdirSync(path.join(home, "zipped", version), { recursive: true });
      fs.writeFileSync(path.join(home, "zipped", version, "saved_model.pb"), pb);
    }
    execFileSync("python3", ["-m", "zipfile", "-c", "model.zip", "zipped"], { cwd: home });
    const content = fs.readFileSync(path.join(home, "model.zip"));
    server.files["/model.zip"] = { content, etag: '"z"' };
    expect(served((await get("/model.zip")).modelFolder)).toEqual(["12", "3"]);
  });

  test("goes on where the connection broke", async () => {
    server.breaks = [1_000_000];
    expect(served((await get("/m/7.tar.gz")).modelFolder)).toEqual(["7"]);
    expect(server.sent).toBeLessThan(1.5 * model.length);
  });

  test("goes on in the next run where one was interrupted", async () => {
    server.breaks = [1_000_000, 0];
    const error = await get("/m/7.tar.gz").catch(({ message }: Error) => message);
    expect(error).toMatch(
      /^is "https:.*": archive could not be fetched: .*; the next run goes on from byte \d+$/,
    );
    expect(fs.existsSync(path.join(home, "cache/models"))).toBe(false);
    server.sent = 0;
    expect(served((await get("/m/7.tar.gz")).modelFolder)).toEqual(["7"]);
    expect(server.sent).toBe(model.length - Number(/\d+$/.exec(String(error))));
  });

  test("is not put together from two revisions", async () => {
    server.breaks = [1_000_000];
    server.onBreak = () => {
      server.files["/m/7.tar.gz"] = { content: Buffer.alloc(model.length), etag: '"b"' };
    };
    await expect(get("/m/7.tar.gz")).rejects.toThrow(
      "it changed while it was fetched: run again to fetch what is there now",
    );
  });

  test("has to have the digest that pins it", async () => {
    const hex = createHash("sha256").update(model).digest("hex");
    const pinned = await get(`/m/7.tar.gz#sha256=${hex}`);
    expect(pinned).toMatchObject({
      source: `${server.address}/m/7.tar.gz#sha256=${hex}`,
      revision: `sha256:${hex}`,
    });
    await expect(get(`/m/7.tar.gz#sha256=${"0".repeat(64)}`)).rejects.toThrow(
      `archive does not have the sha256 ${"0".repeat(64)}: it was changed or damaged`,
    );
  });

  test("needs a login of .netrc where the server asks for one", async () => {
    server.files["/m/7.tar.gz"].login = "ada:lovelace";
    await expect(get("/m/7.tar.gz")).rejects.toThrow(
      /127\.0\.0\.1:\d+ refuses it \(401 Unauthorized\): put a login that may read it into \.netrc/,
    );
    fs.writeFileSync(
      path.join(home, "netrc"),
      "machine example.com login x password y\nmachine 127.0.0.1\n  login ada\n  password lovelace\n",
    );
    expect(served((await get("/m/7.tar.gz")).modelFolder)).toEqual(["7"]);
  });

  test("goes through the proxy of HTTPS_PROXY", async () => {
    const asked: string[] = [];
    const proxy = net.createServer((client) =>
      client.once("data", (data) => {
        asked.push(String(data).split(" ", 2).join(" "));
        const { hostname, port } = new URL(server.address);
        const upstream = net.connect(Number(port), hostname, () => {
          client.write("HTTP/1.1 200 OK\r\n\r\n");
          client.pipe(upstream).pipe(client);
        });
        upstream.on("error", () => client.destroy());
        client.on("error", () => upstream.destroy());
      }),
    );
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`);
    vi.stubEnv("NO_PROXY", "");
    await get("/m/7.tar.gz");
    proxy.close();
    expect(asked[0]).toBe(`CONNECT ${new URL(server.address).host}`);
  });

  test("comes from a server whose certificate is known, by NODE_EXTRA_CA_CERTS too", async () => {
    const script =
      `const { fetchModel } = require("${root}/components/core/modelSource/fetchModel.ts");` +
      `fetchModel("${server.address}/m/7.tar.gz", { modelName: "my_model" })` +
      ".then(() => console.log('fetched'), ({ message }) => console.log(message))";
    const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: "1" };
    const loader = path.join(root, "node_modules/tsx/dist/loader.mjs");
    const command = ["--import", loader, "--input-type=commonjs", "-e", script];
    const run = (more: Record<string, string>) =>
      execute(process.execPath, command, { env: { ...env, ...more }, cwd: home });
    expect((await run({})).stdout).toMatch(/unable to verify the first certificate/);
    const { stdout } = await run({ NODE_EXTRA_CA_CERTS: server.authority });
    expect(stdout).toMatch(/fetched$/m);
  });
});

describe("a web server is refused", () => {
  const bad: [string, Buffer | (() => Promise<Buffer>), string][] = [
    [
      "a page",
      Buffer.from("<!doctype html><p>Sign in"),
      'it is no archive, since it begins with "<!doctype html><p>Si"',
    ],
    [
      "a path out of the model",
      tarWith({ path: "../../.bashrc" }),
      'it holds "../../.bashrc", a path that leads out',
    ],
    [
      "an absolute path",
      tarWith({ path: "/etc/passwd" }),
      'it holds "/etc/passwd", a path that leads out',
    ],
    [
      "a link",
      tarWith({ path: "variables", type: "SymbolicLink", linkpath: "/etc" }),
      'it holds "variables", a link or a device',
    ],
    [
      "a device",
      tarWith({ path: "null", type: "CharacterDevice" }),
      'it holds "null", a link or a device',
    ],
    ["a bomb", tarWith({ size: 5 * 2 ** 30 }), "it holds more than 100000 files, or 4 GiB"],
    [
      "half an archive",
      async () => (await tarOf(files)).subarray(0, 100_000),
      "the archive is damaged: ",
    ],
    [
      "no model",
      () => tarOf({ "notes/readme.md": "none" }),
      "it holds no SavedModel: use what has a saved_model.pb",
    ],
    [
      "a Keras model",
      () => tarOf({ "model.keras": "PK" }),
      'it holds no SavedModel: "model.keras" is a Keras model: load it',
    ],
    [
      "models of other names",
      () => tarOf({ "a/1/saved_model.pb": pb, "b/1/saved_model.pb": pb }),
      'it holds the folders "a", "b", and none is called "my_model"',
    ],
  ];
  test.each(bad)("that has %s", async (_, given, reason) => {
    const content = typeof given === "function" ? await given() : given;
    server.files["/model.tar"] = { content, etag: '"e"' };
    await expect(get("/model.tar")).rejects.toThrow(`is "${server.address}/model.tar": ${reason}`);
    expect(fs.existsSync(path.join(home, "cache/models"))).toBe(false);
    expect(fs.existsSync("/etc/saved_model.pb")).toBe(false);
  });

  test("that has no such file", async () => {
    await expect(get("/none.tar")).rejects.toThrow(
      /has no such file \(404 Not Found\): correct the path/,
    );
  });

  test("that tells nothing by which a change could be seen", async () => {
    server.files["/model.tar"] = { content: model };
    await expect(get("/model.tar")).rejects.toThrow("pin the content with #sha256= and its digest");
  });
});
