import * as fs from "fs";
import * as os from "os";
import * as path from "path";

/** What pip is told on this machine, for a build elsewhere. */
export interface PipSettings {
  /** Environment variables. */
  environment: Record<string, string>;
  /** Files, by name in the folder that the variables speak of. */
  files: Record<string, string>;
  /** Whether something of it is at an address of this machine itself. */
  isLocal: boolean;
}

/** Settings that mean the same elsewhere; a cache, a target or a log do not. */
const passed = [
  ...["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_PROXY"],
  ...["PIP_DEFAULT_TIMEOUT", "PIP_PRE"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"],
  ...["http_proxy", "https_proxy", "all_proxy", "no_proxy"],
];
/** Authorities that pip and its HTTP library are told of, the first one counts. */
const authorities = ["PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/**
 * The index, proxies and certificates that pip uses on this machine: from its environment variables
 * and from its configuration file, the user's before the machine's.
 *
 * @param folder - where the build has the files
 * @see https://pip.pypa.io/en/stable/topics/configuration/
 */
export function pipSettings(
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
  configFiles: string[] = usualFiles(env),
): PipSettings {
  const config = configFiles.map(readIfThere).find((text) => text !== undefined);
  const named = authorities.map((name) => env[name]).find((file) => file);
  const certificates = readIfThere(named ?? /^\s*cert\s*=\s*(.*\S)/m.exec(config ?? "")?.[1]);
  const files = given({ "pip.conf": config, "certificates.pem": certificates });
  const environment = given({
    ...Object.fromEntries(passed.map((name) => [name, env[name] || undefined])),
    PIP_CONFIG_FILE: config && `${folder}/pip.conf`,
    PIP_CERT: certificates && `${folder}/certificates.pem`,
  });
  const said = [...Object.values(environment), config ?? ""].join("\n");
  return {
    ...{ environment, files },
    isLocal: /\/\/([^/\s]*@)?(localhost|127\.[\d.]+|\[::1\])([:/\s]|$)/m.test(said),
  };
}

function usualFiles(env: NodeJS.ProcessEnv): string[] {
  const home = os.homedir();
  const config = env.XDG_CONFIG_HOME ?? path.join(home, ".config");
  return [
    ...(env.PIP_CONFIG_FILE ? [env.PIP_CONFIG_FILE] : []),
    path.join(config, "pip/pip.conf"),
    path.join(home, "Library/Application Support/pip/pip.conf"),
    path.join(env.APPDATA ?? home, "pip/pip.ini"),
    path.join(home, ".pip/pip.conf"),
    "/etc/pip.conf",
  ];
}

function readIfThere(file: string | undefined): string | undefined {
  return file && fs.statSync(file, { throwIfNoEntry: false })?.isFile()
    ? fs.readFileSync(file, "utf8")
    : undefined;
}

function given(values: Record<string, string | undefined>): Record<string, string> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Record<string, string>;
}
