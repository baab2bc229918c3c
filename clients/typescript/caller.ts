import { readFileSync } from "node:fs";

// With what a service is called that wants a key, over TLS. The environment names a file of each.
const read = (file?: string) => (file ? readFileSync(file) : undefined);

/** The authority that signed the service's certificate: gRPC speaks TLS where there is one. */
export const authority = read(process.env.TF_SERVING_CA_FILE);

const key = read(process.env.TF_SERVING_API_KEY_FILE)?.toString().trim();
export const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
