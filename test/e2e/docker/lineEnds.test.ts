import { execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { afterAll, expect, inject, test } from "vitest";
import { root } from "../../../cli/setup/folders";
import { docker } from "../../support/docker";

const runtime = path.join(root, "components/core/image/runtime");
const image = "test-line-ends:1";
const scripts = {
  "tfserving-supervisor": "/usr/bin/tfserving-supervisor",
  "TfServing/Http.pm": "/usr/share/perl5/TfServing/Http.pm",
};

afterAll(() => {
  docker("image", "rm", image);
});

test("the runtime image is the same from a checkout whose lines end with CRLF", () => {
  const context = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-crlf-"));
  fs.cpSync(runtime, context, { recursive: true });
  for (const file of fs.readdirSync(context, { recursive: true, encoding: "utf8" })) {
    const from = path.join(context, file);
    if (fs.statSync(from).isFile()) {
      fs.writeFileSync(from, fs.readFileSync(from, "utf8").replace(/\n/g, "\r\n"));
    }
  }
  // docker's own builder knows no --chmod; the checkout's modes do as well.
  const dockerfile = fs.readFileSync(path.join(context, "Dockerfile"), "utf8");
  const base = inject("images").baseImage ?? "tensorflow/serving:2.19.1";
  const args = ["--quiet", "--tag", image, "--build-arg", `BASE_IMAGE=${base}`];
  execFileSync("docker", ["build", ...args, "--file", "-", context], {
    input: dockerfile.replaceAll("--chmod=0755 ", ""),
    stdio: ["pipe", "pipe", "pipe"],
  });
  fs.rmSync(context, { recursive: true });

  for (const [file, inImage] of Object.entries(scripts)) {
    const text = docker("run", "--rm", "--entrypoint", "cat", image, inImage);
    expect(text).toBe(fs.readFileSync(path.join(runtime, file), "utf8").trim());
  }
});
