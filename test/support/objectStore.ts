import * as http from "http";
import type { AddressInfo } from "net";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { startAwsServer } from "../providers/aws/awsServer";

/** moto's S3 behind a proxy that counts. */
export interface ObjectStore {
  client: S3Client;
  /** For whoever is to use it. */
  env: Record<string, string>;
  /** Objects whose content was asked for. */
  reads: string[];
  put(bucket: string, key: string, content: string | Uint8Array): Promise<unknown>;
  /** Puts files by path below a prefix. */
  upload(bucket: string, prefix: string, files: Record<string, string | Uint8Array>): Promise<void>;
  stop(): Promise<void>;
}

export async function startObjectStore(...buckets: string[]): Promise<ObjectStore> {
  const server = await startAwsServer();
  const reads: string[] = [];
  const proxy = http.createServer((request, response) => {
    // Listings have a question, and no key.
    const [name, question = ""] = (request.url ?? "").split("?");
    if (request.method === "GET" && /^\/[^/]+\/./.test(name) && !question.includes("list-type")) {
      reads.push(name);
    }
    const options = { method: request.method, headers: request.headers };
    const asked = http.request(server.address + request.url, options, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(asked);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const login = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  const client = new S3Client({
    ...{ endpoint: server.address, region: "us-east-1", forcePathStyle: true },
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  for (const Bucket of buckets) {
    await client.send(new CreateBucketCommand({ Bucket }));
  }
  const put: ObjectStore["put"] = (Bucket, Key, Body) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body }));
  return {
    ...{ client, reads, env: { ...login, AWS_ENDPOINT_URL_S3: endpoint } },
    put,
    async upload(bucket, prefix, files) {
      for (const [name, content] of Object.entries(files)) {
        await put(bucket, `${prefix}/${name}`, content);
      }
    },
    async stop() {
      proxy.closeAllConnections();
      proxy.close();
      client.destroy();
      await server.stop();
    },
  };
}
