import { randomBytes } from "crypto";
import * as fs from "fs";
import * as path from "path";
import { root } from "../cli/setup/folders";
import { startRegistry } from "../test/support/registry";
import { temporaryFolder } from "../test/unit/tfserving/savedModelFile";
import { CountingProxy, startCountingProxy } from "./support/countingProxy";
import { buildPeerImage } from "./support/compose";
import { imagesOf, removeImages, standInNote } from "./support/images";
import { measure, say, size } from "./support/measure";
import { run } from "./support/process";
import { openService } from "./support/service";

// A model of usual size: the sample has 1 MB, of which a manifest is more than a little.
const largeMegabytes = size(100, 20);
const goalRatio = 1.05;

const [proxyPort, registryPort] = [18850, 18851];
const address = `127.0.0.1:${proxyPort}`;
const repository = `${address}/bench_plain`;

measure("push", 12, async (later) => {
  const registry = await startRegistry(registryPort);
  later(() => registry.stop());
  const proxy = await startCountingProxy(proxyPort, registryPort);
  later(() => proxy.stop());
  const service = await openService(
    "push",
    {
      restPort: "18853",
      grpcPort: "0",
      replicas: "1",
      notebook: "false",
      registry: address,
      registryUsername: registry.username,
      registryPlainHttp: "true",
    },
    later,
  );
  later(() => removeImages(...imagesOf(`${address}/tf_serving`)));
  const up = async (modelFolder: string) => {
    await service.configure({ modelFolder });
    await service.stack.setConfig("tfserving:registryPassword", {
      value: registry.password,
      secret: true,
    });
    return counted(proxy, () => service.up());
  };

  const sample = modelCopy(1);
  const changed = modelCopy(2);
  const large = modelCopy(3, largeMegabytes);
  const first = await up(sample);
  say(`first push: ${megabytes(first)}`);
  const ours = [await up(changed), await up(large)];

  // A configuration of its own: the login is nobody else's.
  const configFolder = temporaryFolder();
  const docker = (...args: string[]) => run("docker", ["--config", configFolder, ...args]);
  const { username, password } = registry;
  await docker("login", "--username", username, "--password", password, address);
  const plain = async (tag: string, folder: string) => {
    await buildPeerImage(`${repository}:${tag}`, folder, later);
    return counted(proxy, () => docker("push", "--quiet", `${repository}:${tag}`));
  };
  await plain("1", sample);
  const theirs = [await plain("2", changed), await plain("3", large)];

  const sizes = [folderBytes(changed), folderBytes(large)];
  const names = ["the sample model", `with ${largeMegabytes} MB more of weights`];
  const ratios = ours.map((bytes, index) => bytes / sizes[index]);
  ratios.forEach((ratio, index) => say(`${names[index]}: ${ratio.toFixed(3)} x its size`));
  return {
    title: "Bytes pushed when only the model changes",
    how: [
      "Everything that the Docker Engine sends to a registry during `pulumi up`, HTTP included, " +
        "counted by a proxy in between; the registry has the image before. The added weights are " +
        "random bytes, which no compression makes smaller; the engine compresses layers, so a ratio " +
        "below 1 is compression. The peer is the two-line image that TensorFlow Serving's " +
        "documentation makes, with `docker push`.",
      ...standInNote(),
    ],
    goals: [
      {
        goal: `at most ${goalRatio} x the model's size`,
        result: ratios.map((ratio, index) => `${ratio.toFixed(3)} x (${names[index]})`).join(", "),
        met: ratios.every((ratio) => ratio <= goalRatio),
      },
    ],
    tables: [
      {
        columns: ["change", "model", "pulumi up", "ratio", "two-line image", "ratio"],
        rows: names.map((name, index) => [
          name,
          megabytes(sizes[index]),
          megabytes(ours[index]),
          ratios[index].toFixed(3),
          megabytes(theirs[index]),
          (theirs[index] / sizes[index]).toFixed(3),
        ]),
      },
    ],
    notMeasured: [
      `The first push (${megabytes(first)} here) is mostly the base image, compressed; it depends on the base.`,
    ],
  };
});

async function counted(proxy: CountingProxy, work: () => Promise<unknown>): Promise<number> {
  const before = proxy.sent();
  await work();
  return proxy.sent() - before;
}

/** The sample model as another version, whose files differ from those of its other copies. */
function modelCopy(version: number, moreMegabytes = 0): string {
  const folder = temporaryFolder();
  fs.chmodSync(folder, 0o755);
  const models = path.join(root, "model", "classifier", "my_model");
  const newest = fs.readdirSync(models).sort().pop()!;
  const target = path.join(folder, "my_model", String(version));
  fs.cpSync(path.join(models, newest), target, { recursive: true });
  fs.appendFileSync(path.join(target, "assets.extra", "class_names.txt"), `# ${version}\n`);
  if (moreMegabytes > 0) {
    fs.mkdirSync(path.join(target, "assets"), { recursive: true });
    fs.writeFileSync(path.join(target, "assets", "weights"), randomBytes(moreMegabytes * 1e6));
  }
  return folder;
}

function folderBytes(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
