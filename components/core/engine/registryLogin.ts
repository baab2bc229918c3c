import { execFile } from "node:child_process";
import type { Environment } from "./dockerContext";
import { DockerConfig, readConfig, registryNames } from "./dockerLogins";

/** A user's own login at a registry. */
export interface RegistryLogin {
  /** Empty where `password` is an identity token. */
  username: string;
  password: string;
}

/**
 * The login that `docker login` has left for a registry: in Docker's configuration, or with the
 * program that keeps logins for it. Undefined where there is none.
 *
 * @param registry - HOST or HOST:PORT
 * @throws Error if that program fails
 * @see https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
export async function registryLogin(
  registry: string,
  env: Environment = process.env,
): Promise<RegistryLogin | undefined> {
  const config = readConfig(env);
  for (const name of registryNames(registry)) {
    const helper = config.credHelpers?.[name] ?? config.credsStore;
    const kept = helper === undefined ? undefined : await askHelper(helper, name, env);
    const login = kept ?? plainLogin(config, name);
    if (login) {
      return login;
    }
  }
  return undefined;
}

function plainLogin({ auths = {} }: DockerConfig, name: string): RegistryLogin | undefined {
  const { auth, identitytoken } = auths[name] ?? auths[`https://${name}`] ?? {};
  if (identitytoken) {
    return { username: "", password: identitytoken };
  }
  const [username, ...password] = Buffer.from(auth ?? "", "base64")
    .toString()
    .split(":");
  return username === "" ? undefined : { username, password: password.join(":") };
}

/** A helper that does not know the registry says so and fails. */
function askHelper(
  helper: string,
  name: string,
  env: Environment,
): Promise<RegistryLogin | undefined> {
  const program = `docker-credential-${helper}`;
  return new Promise((resolve, reject) => {
    const child = execFile(program, ["get"], { env: env as NodeJS.ProcessEnv }, (error, stdout) => {
      if (error?.code === "ENOENT") {
        reject(new Error(`Docker's configuration names ${program}, which is not on PATH`));
      } else if (error) {
        resolve(undefined);
      } else {
        const { Username, Secret } = JSON.parse(stdout) as { Username: string; Secret: string };
        resolve({ username: Username === "<token>" ? "" : Username, password: Secret });
      }
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(name);
  });
}
