import { spawnSync } from "child_process";
import { goProgram } from "./goProgram";

/** Cases of h2spec that a server of HTTP/2 did not pass. */
export async function h2spec(address: string, port: number, path: string) {
  const program = await goProgram("h2spec", "github.com/summerwind/h2spec/cmd/h2spec");
  const { stdout } = spawnSync(
    program,
    [
      ...["--host", address, "--port", String(port), "--path", path, "--timeout", "2"],
      // More than a frame of HAProxy's in five of them, which the suite takes for too much.
      ...["--max-header-length", "16000", "generic", "http2", "hpack"],
    ],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  const [, cases, passed] = /(\d+) tests, (\d+) passed/.exec(stdout) ?? [];
  const failures = stdout.slice(stdout.indexOf("Failures:")).matchAll(/× \d+: (.*)/g);
  return {
    cases: Number(cases),
    passed: Number(passed),
    failed: cases === passed ? [] : [...failures].map(([, name]) => name),
  };
}
