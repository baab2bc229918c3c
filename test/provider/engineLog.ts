import * as grpc from "@grpc/grpc-js";
import * as engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/engine_pb";

/** Shows a message beside a resource. */
export interface Log {
  /** Stays in the update's diagnostics. */
  warn(urn: string, message: string): void;
  /** Is shown while the resource is in the making. */
  status(urn: string, message: string): void;
}

/** Messages go to the engine at this address. */
export function engineLog(address: string): Log {
  const engine = new engineRpc.EngineClient(address, grpc.credentials.createInsecure());
  const send = (urn: string, message: string, severity: proto.LogSeverity, ephemeral: boolean) => {
    const request = new proto.LogRequest();
    request.setUrn(urn);
    request.setMessage(message);
    request.setSeverity(severity);
    request.setEphemeral(ephemeral);
    // An engine that ends while it is told something is no error of the resource.
    engine.log(request, () => {});
  };
  return {
    warn: (urn, message) => send(urn, message, proto.LogSeverity.WARNING, false),
    status: (urn, message) => send(urn, message, proto.LogSeverity.INFO, true),
  };
}

/** Messages go nowhere. */
export const noLog: Log = { warn: () => {}, status: () => {} };
