import { describe, expect, it } from "vitest";
import { clientHost } from "../../../components/docker/hostPorts";
import { engine } from "../../support/fakeEngine";

describe("clients reach a published port", () => {
  const remote = { ...engine, host: "ssh://user@gpu.example.com" };

  it.each<[string, string, Parameters<typeof clientHost>[1], string]>([
    ["at the address itself", "192.168.1.7", engine, "192.168.1.7"],
    ["of all addresses of this machine at its loopback", "0.0.0.0", engine, "127.0.0.1"],
    ["of all addresses of an unknown engine at the loopback", "0.0.0.0", undefined, "127.0.0.1"],
    ["of all addresses of another machine at its name", "0.0.0.0", remote, "gpu.example.com"],
    ["of another machine's loopback through a tunnel", "127.0.0.1", remote, "127.0.0.1"],
  ])("%s", (_, publishAddress, on, expected) => {
    expect(clientHost(publishAddress, on)).toBe(expected);
  });
});
