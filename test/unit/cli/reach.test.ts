import { describe, expect, it } from "vitest";
import { reachableUrl, sshArguments } from "../../../cli/targets/docker/reach";

const local = "unix:///var/run/docker.sock";
const remote = "ssh://team@gpu.example:2222";

describe("the address of the service", () => {
  const url = (address: string) => `http://${address}:8501/v1/models/m`;

  it.each([
    ["127.0.0.1", local, "127.0.0.1"],
    ["0.0.0.0", local, "127.0.0.1"],
    ["192.0.2.7", local, "192.0.2.7"],
    ["0.0.0.0", remote, "gpu.example"],
    ["192.0.2.7", remote, "192.0.2.7"],
    ["127.0.0.1", "tcp://127.0.0.1:2375", "127.0.0.1"],
  ])("published on %s of %s is %s", (published, host, expected) => {
    expect(reachableUrl(url(published), host)).toBe(url(expected));
  });

  it("is none from here on the loopback address of another machine", () => {
    expect(reachableUrl(url("127.0.0.1"), remote)).toBeUndefined();
  });

  it("is one through ssh where the engine is reached so", () => {
    expect(sshArguments(new URL(remote), 18501, "127.0.0.1:8501").join(" ")).toBe(
      "-N -L 127.0.0.1:18501:127.0.0.1:8501 -l team -p 2222 -o ExitOnForwardFailure=yes " +
        "-o BatchMode=yes -o ConnectTimeout=10 -- gpu.example",
    );
  });
});
