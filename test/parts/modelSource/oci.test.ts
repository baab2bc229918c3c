// Against Debian's docker-registry, with images that the Docker Engine has pushed and artifacts that
// are made as `oras push` makes them.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BearerRegistry, startBearerRegistry } from "../../support/bearerRegistry";
import { docker } from "../../support/docker";
import { doubles, fetched, graph } from "../../support/fetchedModel";
import { freePorts } from "../../support/freePorts";
import { Registry, startRegistry } from "../../support/registry";

const work = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-oci-"));
const images: string[] = [];
let registry: Registry;
let open: Registry;
let bearer: BearerRegistry;

beforeAll(async () => {
  const [port, openPort] = await freePorts(2);
  registry = await startRegistry(port);
  open = await startRegistry(openPort, "127.0.0.1", { open: true });
  bearer = await startBearerRegistry(open.address, "ada:lovelace");
  const login = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
  fs.writeFileSync(
    path.join(work, "config.json"),
    JSON.stringify({
      auths: {
        [registry.address]: { auth: login },
        [bearer.address]: { auth: Buffer.from("ada:lovelace").toString("base64") },
      },
    }),
  );
  process.env.DOCKER_CONFIG = work;
  fs.cpSync(doubles, path.join(work, "model/3"), { recursive: true });
  // What a base image brings: links, which a model may not have.
  fs.mkdirSync(path.join(work, "base/bin"), { recursive: true });
  fs.symlinkSync("busybox", path.join(work, "base/bin/sh"));
});

afterAll(async () => {
  bearer.stop();
  await Promise.all([registry.stop(), open.stop()]);
  docker("rmi", "--force", ...images);
  fs.rmSync(work, { recursive: true });
});

/** Builds an image of the files in the work folder and pushes it; gives its name. */
function pushed(name: string, ...steps: string[]): string {
  const image = `${registry.address}/${name}:latest`;
  fs.writeFileSync(path.join(work, "Dockerfile"), ["FROM scratch", ...steps].join("\n"));
  docker("build", "--quiet", "--tag", image, work);
  images.push(image);
  docker("--config", work, "push", "--quiet", image);
  return image;
}

it("an image FROM scratch is fetched, by a tag that is resolved to its digest", async () => {
  const image = pushed("scratch", "COPY model /");
  const model = await fetched(`oci://${image}`);
  const digest = docker("inspect", "--format", "{{index .RepoDigests 0}}", image).split("@")[1];
  expect(model.revision).toBe(digest);
  expect(model.source).toBe(`oci://${registry.address}/scratch@${digest}`);
  expect(model.files).toEqual({ "3/saved_model.pb": graph });
  expect((await fetched(model.source)).files).toEqual(model.files);
});

it("of a modelcar what is below /models is fetched, and not what its base image brings", async () => {
  const image = pushed("modelcar", "COPY base /", "COPY model /models/");
  expect((await fetched(`oci://${image}`)).files).toEqual({ "3/saved_model.pb": graph });
});

it("an image with a link beside the model is refused", async () => {
  const image = pushed("linked", "COPY model /", "COPY base /3/");
  await expect(fetched(`oci://${image}`)).rejects.toThrow(
    'it holds "3/bin/sh", a link or a device',
  );
});

it("an image whose layer takes a file away is refused", async () => {
  const layer = path.join(work, "layer");
  fs.mkdirSync(path.join(layer, "3"), { recursive: true });
  fs.writeFileSync(path.join(layer, "3/.wh.saved_model.pb"), "");
  const archive = execFileSync("tar", ["--create", "--gzip", "--directory", layer, "3"]);
  await push("whiteout", [{ content: archive }]);
  await expect(fetched(`oci://${open.address}/whiteout`)).rejects.toThrow(
    "one of its layers takes files away (3/.wh.saved_model.pb)",
  );
});

it("an artifact of files is fetched", async () => {
  const title = "org.opencontainers.image.title";
  await push("files", [
    { content: graph, annotations: { [title]: "saved_model.pb" } },
    { content: Buffer.from("a\n"), annotations: { [title]: "assets/names.txt" } },
  ]);
  const { files } = await fetched(`oci://${open.address}/files`);
  expect(files).toEqual({ "1/saved_model.pb": graph, "1/assets/names.txt": Buffer.from("a\n") });
});

it("an artifact of a folder, which ORAS packs, is fetched", async () => {
  const content = execFileSync("tar", ["--create", "--gzip", "--directory", work, "model"]);
  const annotations = {
    "org.opencontainers.image.title": "model",
    "io.deis.oras.content.unpack": "true",
  };
  await push("folder", [{ content, annotations }]);
  const { files } = await fetched(`oci://${open.address}/folder`);
  expect(files).toEqual({ "3/saved_model.pb": graph });
});

it("a registry that wants a token gets one by the login that Docker keeps", async () => {
  const source = `oci://${bearer.address}/files`;
  expect(Object.keys((await fetched(source)).files)).toContain("1/saved_model.pb");
  process.env.DOCKER_CONFIG = path.join(work, "nobody");
  await expect(fetched(source)).rejects.toThrow(
    `${bearer.address} refuses an anonymous reader: docker login ${bearer.address}`,
  );
  process.env.DOCKER_CONFIG = work;
});

it("what is not there is refused", async () => {
  await expect(fetched(`oci://${open.address}/files:v9`)).rejects.toThrow(
    `${open.address} has no v9 in files: correct the source, or push it first`,
  );
});

interface Layer {
  content: Buffer;
  annotations?: Record<string, string>;
}

/** Pushes an artifact to the registry that is open to everybody. */
async function push(repository: string, layers: Layer[]): Promise<void> {
  const base = `http://${open.address}/v2/${repository}`;
  const upload = async (mediaType: string, { content, annotations }: Layer) => {
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    const start = await fetch(`${base}/blobs/uploads/`, { method: "POST" });
    const place = new URL(start.headers.get("location")!, base);
    place.searchParams.set("digest", digest);
    await fetch(place, { method: "PUT", body: new Uint8Array(content) });
    return { mediaType, digest, size: content.length, annotations };
  };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const empty = { content: Buffer.from("{}") };
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: await upload("application/vnd.oci.empty.v1+json", empty),
    layers: await Promise.all(
      layers.map((layer) => upload("application/vnd.oci.image.layer.v1.tar+gzip", layer)),
    ),
  };
  const response = await fetch(`${base}/manifests/latest`, {
    method: "PUT",
    headers: { "content-type": mediaType },
    body: JSON.stringify(manifest),
  });
  expect(response.status).toBe(201);
}
