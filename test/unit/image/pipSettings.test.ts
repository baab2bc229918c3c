import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { pipSettings } from "../../../components/core/image/pipSettings";
import { temporaryFolder } from "../../support/modelFolder";

const settings = (env: NodeJS.ProcessEnv, config: string[] = []) =>
  pipSettings("/run/pip", env, config);

function write(name: string, content: string): string {
  const file = path.join(temporaryFolder(), name);
  fs.writeFileSync(file, content);
  return file;
}

describe("pip's settings for a build elsewhere", () => {
  it("are the index and the proxies, and not what is of this machine", () => {
    const env = { PIP_INDEX_URL: "https://a.test/simple", https_proxy: "http://proxy.test:3128" };
    const local = { PIP_CACHE_DIR: "/cache", PIP_TARGET: "/target", PIP_FIND_LINKS: "/wheels" };
    expect(settings({ ...env, ...local, PIP_EXTRA_INDEX_URL: "" })).toEqual({
      ...{ environment: env, files: {}, isLocal: false },
    });
  });

  it("are the first configuration file that is there, and the certificates that it names", () => {
    const certificates = write("ca.pem", "CERTIFICATE");
    const text = `[global]\nindex-url = https://a.test/simple\ncert = ${certificates}\n`;
    const second = write("pip.conf", "[global]\nindex-url = https://b.test/simple\n");
    expect(settings({}, ["/none/pip.conf", write("pip.conf", text), second])).toEqual({
      environment: { PIP_CONFIG_FILE: "/run/pip/pip.conf", PIP_CERT: "/run/pip/certificates.pem" },
      files: { "pip.conf": text, "certificates.pem": "CERTIFICATE" },
      isLocal: false,
    });
  });

  it("are the certificates that the environment names before others", () => {
    const certificates = write("ca.pem", "OF THE ENVIRONMENT");
    const { files } = settings({ REQUESTS_CA_BUNDLE: certificates }, [
      write("pip.conf", `[global]\ncert = ${write("other.pem", "OTHER")}\n`),
    ]);
    expect(files["certificates.pem"]).toBe("OF THE ENVIRONMENT");
  });

  it.each([
    ["http://localhost:3141/root/pypi", true],
    ["http://user:secret@127.0.0.1:8080/simple", true],
    ["https://localhost.example.com/simple", false],
  ])("say whether the index is on this machine: %s", (index, isLocal) => {
    expect(settings({ PIP_INDEX_URL: index }).isLocal).toBe(isLocal);
  });
});
