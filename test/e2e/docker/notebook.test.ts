import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldOutPictures } from "../../../cli/predict/pictures";
import { root } from "../../../cli/setup/folders";
import { openBrowser } from "../../support/chromium";
import { containers, docker, inspect, logs, objects } from "../../support/docker";
import { configure, createStack, TestStack } from "../../support/stack";

const port = 18588;

const config = { restPort: "18521", grpcPort: "0", replicas: "1", notebookPort: String(port) };

describe("the notebook of a stack", () => {
  let notebook: TestStack;
  let url: string;
  let token: string;
  let container: string;

  beforeAll(async () => {
    notebook = await createStack("notebook", config);
    const { outputs } = await notebook.stack.up();
    url = String(outputs.notebookUrl.value);
    token = new URL(url).searchParams.get("token") ?? "";
    [container] = containers(notebook.label, "notebook");
  });
  afterAll(() => notebook?.remove());

  test("runs the client notebook, which names ten of ten pictures over REST and gRPC", () => {
    const executed = execute("client.ipynb");
    const lines = executed.match(/predicted class= .* with confidence level of [01]\.\d\d/g) ?? [];
    const names = heldOutPictures(root).map((picture) => picture.name);
    expect(lines.slice(0, 10).map((line) => /class= (.*) with/.exec(line)?.[1])).toEqual(names);
    expect(executed).toMatch(/visible GPUs?: *\d+|GPUs? visible: *\d+|\d+ GPUs?/i);
  });

  test("runs the gallery, past a proxy that nobody answers at", () => {
    const dead = "http://127.0.0.1:9";
    const executed = execute("gallery.ipynb", { http_proxy: dead, https_proxy: dead });
    expect(executed).toContain("10 of 10 right");
    expect(executed).toContain("REST and gRPC give the same probabilities");
    expect(executed).toMatch(/gRPC: +602 kB sent, median +[\d.]+ ms/);
  });

  test("has the extensions that its image lacks", () => {
    const listed = docker("exec", container, "sh", "-c", "jupyter labextension list 2>&1");
    for (const name of ["@jupyterlab/git", "jupyterlab-jupytext", "nbdime-jupyterlab"]) {
      expect(listed).toMatch(new RegExp(`${name} v.*enabled.*OK`));
    }
  });

  test("shows TensorBoard to who has the token", async () => {
    const address = `http://127.0.0.1:${port}/tensorboard/`;
    expect((await fetch(address, { redirect: "manual" })).status).not.toBe(200);
    const shown = await fetch(address, { headers: { authorization: `token ${token}` } });
    expect(shown.status).toBe(200);
    expect(await shown.text()).toContain("<title>TensorBoard</title>");
  });

  test("trains and exports in the notebook", () => {
    const executed = execute("train_and_export.ipynb", { QUICK_RUN: "1" });
    expect(executed).toContain("serving_default");
  });

  test("can write the notebooks' folder as the owner of its files", () => {
    const file = "projectDir/.write-test";
    docker("exec", container, "sh", "-c", `touch ${file} && rm ${file}`);
    const folder = path.join(root, "model/notebooks");
    const user = Number(docker("exec", container, "id", "-u"));
    expect([fs.statSync(folder).uid, 1000]).toContain(user);
    expect(user).not.toBe(0);
  });

  test("keeps its token out of the container's settings, logs and process list", () => {
    expect(token).toMatch(/^\w{40}$/);
    const said = [
      JSON.stringify(inspect(container)),
      logs(container),
      docker("top", container, "-o", "pid,args"),
    ];
    expect(said[1]).toContain("Jupyter Server");
    expect(said.map((text) => text.includes(token))).toEqual([false, false, false]);
  });

  test("keeps its token out of the state", () => {
    expect(notebook.stateOnDisk().includes(token)).toBe(false);
  });

  describe("in a browser", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser?.close());

    test("opens JupyterLab with the token and lists the notebooks", async () => {
      const page = await browser.newPage();
      await page.goto(url.replace("/lab?", "/lab/tree/projectDir?"));
      await page.getByText("client.ipynb").first().waitFor({ timeout: 60_000 });
      expect(await page.title()).toContain("JupyterLab");
    });

    test("opens the gallery", async () => {
      const page = await browser.newPage();
      await page.goto(url.replace("/lab?", "/lab/tree/projectDir/gallery.ipynb?"));
      await page.getByRole("heading", { name: "A gallery of predictions" }).first().waitFor();
    });

    test("asks a visitor without the token to log in", async () => {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/lab`);
      expect(page.url()).toContain("/login");
      const api = await page.request.get(`http://127.0.0.1:${port}/api/contents`);
      expect(api.status()).toBe(403);
    });
  });

  test("stays as it is where a package is not to be had, and where nothing is changed", async () => {
    const file = path.join(os.tmpdir(), `requirements-${process.pid}.txt`);
    fs.writeFileSync(file, "no-such-package-of-the-reef==1\n");
    await configure(notebook.stack, { ...config, notebookRequirements: file });
    await expect(notebook.stack.up()).rejects.toThrow(
      "No matching distribution found for no-such-package-of-the-reef==1",
    );
    fs.rmSync(file);
    expect(containers(notebook.label, "notebook")).toEqual([container]);

    await configure(notebook.stack, config);
    const { summary } = await notebook.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("leaves nothing, its home volume included, when the stack is destroyed", async () => {
    await notebook.stack.destroy();
    expect(objects(notebook.label)).toEqual([]);
  });

  /** Executes a notebook in the container and gives its outputs as text. */
  function execute(file: string, env: Record<string, string> = {}): string {
    const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    return docker(
      ...["exec", ...variables, "-w", "/home/jovyan/projectDir", container],
      ...["jupyter", "nbconvert", "--to", "markdown", "--execute", "--stdout", file],
    );
  }
});
