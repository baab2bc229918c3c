import { type ChildProcess, spawn } from "child_process";
import * as path from "path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { pulumiHome, wantedPlugins } from "../../cli/setup/pulumiHome";

type Properties = Record<string, unknown>;

/** What a provider says of a change. */
export interface ProvidersDiff {
  /** Paths that only a new resource can have. */
  replaces: string[];
  /** Whether the old one has to go first, unless the program says otherwise. */
  deleteBeforeReplace: boolean;
}

/** How a value travels that is not known before the update. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A provider's plugin of Pulumi's home, asked as the engine asks it. */
export class OfficialProvider {
  private constructor(
    private readonly plugin: ChildProcess,
    private readonly client: ResourceProviderClient,
  ) {}

  /** @param name - such as "docker"; its version is that of package-lock.json */
  static async start(name: string, args: Properties): Promise<OfficialProvider> {
    const { version } = wantedPlugins({ target: name }).find((plugin) => plugin.name === name)!;
    const folder = path.join(pulumiHome(process.env), "plugins", `resource-${name}-v${version}`);
    // The address is the engine's, which gets messages; they are not looked at here.
    const plugin = spawn(path.join(folder, `pulumi-resource-${name}`), ["127.0.0.1:1"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const port = await new Promise<string>((resolve, reject) => {
      let said = "";
      plugin.stdout!.on("data", (text: Buffer) => {
        said += text.toString();
        const line = /^(\d+)\n/m.exec(said);
        if (line) resolve(line[1]);
      });
      plugin.once("error", reject);
      plugin.once("exit", (code) => reject(new Error(`${name} ended with code ${code}`)));
    });
    const client = new ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
      { "grpc.max_receive_message_length": 400 << 20 },
    );
    const provider = new OfficialProvider(plugin, client);
    const request = new proto.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript(args as never));
    const variables = request.getVariablesMap();
    Object.entries(args).forEach(([key, value]) =>
      variables.set(
        `${name}:config:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ),
    );
    await provider.call("configure", request);
    return provider;
  }

  stop(): void {
    this.client.close();
    this.plugin.kill();
  }

  /** A resource's inputs as the provider keeps them: with its defaults, and what has them. */
  async check(urn: string, inputs: Properties): Promise<Properties> {
    const request = new proto.CheckRequest();
    request.setUrn(urn);
    request.setNews(Struct.fromJavaScript(inputs as never));
    request.setOlds(new Struct());
    request.setRandomseed(Buffer.alloc(32, urn));
    const response = await this.call<proto.CheckResponse>("check", request);
    const failures = response.getFailuresList().map((failure) => failure.getReason());
    if (failures.length > 0) {
      throw new Error(`${urn}: ${failures.join("; ")}`);
    }
    return response.getInputs()!.toJavaScript() as Properties;
  }

  /** What a change of checked inputs would do; the resource is as its inputs say. */
  async diff(urn: string, before: Properties, after: Properties): Promise<ProvidersDiff> {
    const request = new proto.DiffRequest();
    request.setUrn(urn);
    request.setId("some-id");
    const olds = { ...before, __inputs: before, id: "some-id" };
    request.setOlds(Struct.fromJavaScript(olds as never));
    request.setOldInputs(Struct.fromJavaScript(before as never));
    request.setNews(Struct.fromJavaScript(after as never));
    const response = await this.call<proto.DiffResponse>("diff", request);
    return {
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  private call<T>(method: "configure" | "check" | "diff", request: unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const call = this.client[method].bind(this.client) as unknown as (
        request: unknown,
        done: (error: Error | null, response: T) => void,
      ) => void;
      call(request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }
}
