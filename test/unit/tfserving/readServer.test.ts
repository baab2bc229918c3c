import { describe, expect, it } from "vitest";

import { readServer } from "../../../components/core/tfserving/readServer";
import { renderServer, type ServerOptions } from "../../../components/core/tfserving/serverOptions";
import { readYaml } from "../../support/stackConfig";

const none = () => {
  throw new Error("no file is expected");
};

it("what options become is read back as those options", () => {
  const servers = readYaml<Record<string, { options?: ServerOptions; cpus?: number }>>(
    "test/unit/tfserving/testdata/servers.yaml",
  );
  for (const [what, { options, cpus }] of Object.entries(servers)) {
    const { flags, files } = renderServer(options, { cpus });
    const args = [...flags, ...Object.keys(files).map((flag) => `--${flag}=${flag}`)];
    const read = readServer(args, (file) => files[file]);
    expect(
      read.arguments.filter(({ reason }) => reason),
      what,
    ).toEqual([]);
    // The server's own default is no metrics, for which there is no flag.
    const metrics = files.monitoring_config_file ? {} : { monitoring: { enabled: false } };
    const again = renderServer({ ...read.options, ...metrics }, { cpus });
    expect({ ...again, flags: again.flags.sort() }, what).toEqual({ files, flags: flags.sort() });
  }
});

describe("a server's command line", () => {
  it("gives the values of the image's own flags beside the reason", () => {
    const { owned, arguments: read } = readServer(["--rest_api_port=9000"], none);
    expect(owned).toEqual({ rest_api_port: "9000" });
    expect(read[0].reason).toMatch(/always 8501/);
  });

  it.each([
    ["--enable_model_warmup=0", { enableModelWarmup: false }],
    ["--enable_batching", { batching: {} }],
    ["--per_process_gpu_memory_fraction=0.50", { perProcessGpuMemoryFraction: 0.5 }],
    ["--mixed_precision=bfloat16", { enableBfloat16: true }],
    ["--grpc_channel_arguments=b=2,a=1", { grpcChannelArguments: { b: "2", a: "1" } }],
    ["--xla_cpu_compilation_enabled=true", { extraArgs: ["--xla_cpu_compilation_enabled=true"] }],
  ])("%s is %j", (argument, options) => {
    expect(readServer([argument], none).options).toEqual(options);
  });

  it.each([
    ["--rest_api_num_threads=many", /no value of it/],
    ["--grpc_max_thread=8", /did you mean --grpc_max_threads\?/],
    ["serve", /use one flag as --name=value/],
    ["--model_config_file=models.config", /unknown field 'modell' \(line 2\)/],
  ])("%s is refused", (argument, reason) => {
    const read = readServer([argument], () => "model_config_list {\n modell: 1 }");
    expect(read.options).toEqual({});
    expect(read.arguments[0].reason).toMatch(reason);
  });
});
