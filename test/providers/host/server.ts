import * as grpc from "@grpc/grpc-js";
import * as emptyProto from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as pluginProto from "@pulumi/pulumi/proto/plugin_pb";
import * as providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";

import type { Checked, Difference, Plain, Provider } from "./provider";

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
export async function serve(provider: Provider): Promise<number> {
  const answer = answering(provider);
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 << 20 });
  server.addService(providerRpc.ResourceProviderService as grpc.ServiceDefinition, {
    getPluginInfo: answer(async () => {
      const info = new pluginProto.PluginInfo();
      info.setVersion(provider.version);
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
      return difference(await provider.diffConfig(olds, news));
    }),
    configure: answer(async (request: proto.ConfigureRequest) => {
      await provider.configure(object(request.getArgs()));
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
    check: answer(async (request: proto.CheckRequest) => {
      const [olds, news] = [object(request.getOlds()), object(request.getNews())];
      return checked(await provider.check(request.getUrn(), olds, news));
    }),
    diff: answer(async (request: proto.DiffRequest) => {
      const [olds, news] = [object(request.getOldInputs()), object(request.getNews())];
      return difference(
        await provider.diff(request.getUrn(), olds, news, object(request.getOlds())),
      );
    }),
    create: answer(async (request: proto.CreateRequest) => {
      const [urn, inputs] = [request.getUrn(), object(request.getProperties())];
      const { id, outputs } = request.getPreview()
        ? { id: "", outputs: await provider.planCreate(urn, inputs) }
        : await provider.create(urn, inputs);
      const response = new proto.CreateResponse();
      response.setId(id);
      response.setProperties(Struct.fromJavaScript(outputs));
      return response;
    }),
    read: answer(async (request: proto.ReadRequest) => {
      const [urn, id] = [request.getUrn(), request.getId()];
      const [state, inputs] = [object(request.getProperties()), object(request.getInputs())];
      const found = await provider.read(urn, id, state, inputs);
      const response = new proto.ReadResponse();
      if (found) {
        response.setId(id);
        response.setProperties(Struct.fromJavaScript(found.outputs));
        response.setInputs(Struct.fromJavaScript(found.inputs));
      }
      return response;
    }),
    update: answer(async (request: proto.UpdateRequest) => {
      const [urn, id] = [request.getUrn(), request.getId()];
      const [state, news] = [object(request.getOlds()), object(request.getNews())];
      const olds = object(request.getOldInputs());
      const outputs = request.getPreview()
        ? await provider.planUpdate(urn, state, olds, news)
        : await provider.update(urn, id, state, olds, news);
      const response = new proto.UpdateResponse();
      response.setProperties(Struct.fromJavaScript(outputs));
      return response;
    }),
    delete: answer(async (request: proto.DeleteRequest) => {
      const state = object(request.getProperties());
      await provider.delete(request.getUrn(), request.getId(), state);
      return new emptyProto.Empty();
    }),
  });
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}

/** The same as the process that the engine starts: the port is its first line. */
export function main(provider: Provider): void {
  serve(provider).then(
    (port) => console.log(String(port)),
    (error) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}

function answering(provider: Provider) {
  return <Request, Response>(
      handler: (request: Request) => Promise<Response>,
    ): grpc.handleUnaryCall<Request, Response> =>
    (call, callback) => {
      handler(call.request).then(
        (response) => callback(null, response),
        (error: Error) => {
          callback({ code: grpc.status.UNKNOWN, details: provider.textOf(error) });
        },
      );
    };
}

function object(struct: Struct | undefined): Plain {
  return struct?.toJavaScript() ?? {};
}

function checked({ inputs, failures }: Checked) {
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

function difference(diff: Difference) {
  const response = new proto.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  response.setChanges(diff.changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(diff.changed);
  response.setReplacesList(diff.replaces);
  response.setDeletebeforereplace(diff.deleteFirst ?? false);
  return response;
}
