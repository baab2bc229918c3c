import * as http from "node:http";
import { AddressInfo } from "node:net";

/** A registry that wants tokens, as Docker Hub does: who may read gets one for a name and password. */
export interface BearerRegistry {
  /** HOST:PORT */
  address: string;
  stop(): void;
}

/**
 * Puts the token protocol of registries in front of one that anybody may read.
 *
 * @param open - HOST:PORT of that one
 * @param login - NAME:PASSWORD of the only reader
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export async function startBearerRegistry(open: string, login: string): Promise<BearerRegistry> {
  const expected = `Basic ${Buffer.from(login).toString("base64")}`;
  const server = http.createServer((request, response) => {
    const { url = "", headers } = request;
    if (url.startsWith("/token?")) {
      const scope = new URL(url, "http://registry").searchParams.get("scope");
      const isKnown = headers.authorization === expected;
      response.writeHead(isKnown ? 200 : 401).end(JSON.stringify({ token: `for ${scope}` }));
      return;
    }
    const [, , repository] = url.split("/");
    const scope = `repository:${repository}:pull`;
    if (headers.authorization !== `Bearer for ${scope}`) {
      const realm = `http://${headers.host}/token`;
      const challenge = `Bearer realm="${realm}",service="registry",scope="${scope}"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
      return;
    }
    const { accept } = headers;
    http.get(`http://${open}${url}`, { headers: { accept } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, stop: () => server.close() };
}
