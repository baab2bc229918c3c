import { beforeEach, describe, expect, it, vi } from "vitest";

import { clientHost } from "../../../components/core/engine/hostPorts";
import { engine } from "../../support/fakeEngine";
import { temporaryFolder } from "../../support/modelFolder";
import { fakeSsh } from "./fakeSsh";

// What `ssh -G` says with an alias in ~/.ssh/config, which is found by the user's entry in passwd.
beforeEach(() => {
  fakeSsh(`
    const [option, end, name] = process.argv.slice(2);
    if (option !== "-G" || end !== "--") process.exit(255);
    console.log("user ada\\nhostname " + (name === "gpubox" ? "192.0.2.44" : name) + "\\nport 22");
  `);
});

describe("clients reach a published port", () => {
  const remote = { ...engine, host: "ssh://user@gpu.example.com" };
  const behindAlias = { ...engine, host: "ssh://user@gpubox" };
  const byTcp = { ...engine, host: "tcp://gpubox:2376" };

  it.each<[string, string, Parameters<typeof clientHost>[1], string]>([
    ["at the address itself", "192.168.1.7", engine, "192.168.1.7"],
    ["of all addresses of this machine at its loopback", "0.0.0.0", engine, "127.0.0.1"],
    ["of all addresses of an unknown engine at the loopback", "0.0.0.0", undefined, "127.0.0.1"],
    ["of all addresses of another machine at its name", "0.0.0.0", remote, "gpu.example.com"],
    ["of all addresses of it at the name behind its alias", "0.0.0.0", behindAlias, "192.0.2.44"],
    ["of all addresses of an engine by TCP at its name", "0.0.0.0", byTcp, "gpubox"],
    ["of another machine's loopback through a tunnel", "127.0.0.1", remote, "127.0.0.1"],
  ])("%s", (_, publishAddress, on, expected) => {
    expect(clientHost(publishAddress, on)).toBe(expected);
  });

  it("at the name in the address where there is no ssh", () => {
    vi.stubEnv("PATH", temporaryFolder());
    expect(clientHost("0.0.0.0", remote)).toBe("gpu.example.com");
  });
});
