import { createRequire } from "module";
import * as grpc from "@grpc/grpc-js";
import * as emptyProto from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as pluginProto from "@pulumi/pulumi/proto/plugin_pb";
import * as providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";

import type { CheckFailure, Plain, TestProvider } from "./provider";

/** The version of @pulumi/aws whose programs this provider serves. */
export const { version } = createRequire(__filename)("@pulumi/aws/package.json") as {
  version: string;
};

/**
 * Serves a provider to Pulumi's engine on a free port of 127.0.0.1.
 *
 * `pulumi.provider.main` would do it too, but it can neither plan an update in a preview (outputs
 * such as ARNs would all become unknown, and with them whatever depends on a changed resource) nor
 * tell a provider the inputs before. So the service of @pulumi/pulumi is implemented here.
 *
 * @see https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/providers/README.html
 * @returns the port
 */
export async function serve(provider: TestProvider): Promise<number> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 << 20 });
  server.addService(providerRpc.ResourceProviderService as grpc.ServiceDefinition, {
    getPluginInfo: answer(async () => {
      const info = new pluginProto.PluginInfo();
      info.setVersion(version);
      return info;
    }),
    attach: answer(async () => new emptyProto.Empty()),
    cancel: answer(async () => new emptyProto.Empty()),
    getSchema: answer(async () => {
      const response = new proto.GetSchemaResponse();
      response.setSchema("{}");
      return response;
    }),
    checkConfig: answer(async (request: proto.CheckRequest) =>
      checked(provider.checkConfig(object(request.getNews()))),
    ),
    diffConfig: answer(async (request: proto.DiffRequest) => {
      const [olds, news] = [object(request.getOldInputs()), object(request.getNews())];
      return difference(provider.diffConfig(olds, news));
    }),
    configure: answer(async (request: proto.ConfigureRequest) => {
      provider.configure(object(request.getArgs()));
      const response = new proto.ConfigureResponse();
      response.setSupportspreview(true);
      return response;
    }),
    invoke: answer(async (request: proto.InvokeRequest) => {
      const response = new proto.InvokeResponse();
      const outputs: Plain = await provider.invoke(request.getTok(), object(request.getArgs()));
      response.setReturn(Struct.fromJavaScript(outputs));
      return response;
    }),
    check: answer(async (request: proto.CheckRequest) =>
      checked(
        provider.check(request.getUrn(), object(request.getOlds()), object(request.getNews())),
      ),
    ),
    diff: answer(async (request: proto.DiffRequest) =>
      difference(
        provider.diff(request.getUrn(), object(request.getOldInputs()), object(request.getNews())),
      ),
    ),
    create: answer(async (request: proto.CreateRequest) => {
      const inputs = object(request.getProperties());
      const { id, outputs } = request.getPreview()
        ? { id: "", outputs: provider.planCreate(request.getUrn(), inputs) }
        : await provider.create(request.getUrn(), inputs);
      const response = new proto.CreateResponse();
      response.setId(id);
      response.setProperties(Struct.fromJavaScript(outputs));
      return response;
    }),
    read: answer(async (request: proto.ReadRequest) => {
      const state = object(request.getProperties());
      const response = new proto.ReadResponse();
      if (await provider.exists(request.getUrn(), request.getId(), state)) {
        response.setId(request.getId());
        response.setProperties(request.getProperties());
        response.setInputs(request.getInputs());
      }
      return response;
    }),
    update: answer(async (request: proto.UpdateRequest) => {
      const [urn, id] = [request.getUrn(), request.getId()];
      const [state, news] = [object(request.getOlds()), object(request.getNews())];
      const olds = object(request.getOldInputs());
      const outputs = request.getPreview()
        ? provider.planUpdate(urn, state, olds, news)
        : await provider.update(urn, id, state, olds, news);
      const response = new proto.UpdateResponse();
      response.setProperties(Struct.fromJavaScript(outputs));
      return response;
    }),
    delete: answer(async (request: proto.DeleteRequest) => {
      await provider.delete(request.getUrn(), request.getId(), object(request.getProperties()));
      return new emptyProto.Empty();
    }),
  });
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}

function answer<Request, Response>(
  handler: (request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    handler(call.request).then(
      (response) => callback(null, response),
      (error: Error) => callback({ code: grpc.status.UNKNOWN, details: textOf(error) }),
    );
  };
}

/** The real provider's errors name AWS's error codes, which the SDK has beside its messages. */
function textOf(error: Error): string {
  return "$fault" in error ? `api error ${error.name}: ${error.message}` : error.message;
}

function object(struct: Struct | undefined): Plain {
  return struct?.toJavaScript() ?? {};
}

function checked({ inputs, failures }: { inputs: Plain; failures: CheckFailure[] }) {
  const response = new proto.CheckResponse();
  response.setInputs(Struct.fromJavaScript(inputs));
  response.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new proto.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

function difference(diff: { changed: string[]; replaces: string[]; deleteFirst?: boolean }) {
  const response = new proto.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  response.setChanges(diff.changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(diff.changed);
  response.setReplacesList(diff.replaces);
  response.setDeletebeforereplace(diff.deleteFirst ?? false);
  return response;
}
