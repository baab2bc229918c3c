import { describe, expect, it } from "vitest";

import { checkGpuHost } from "../../../components";
import { GpuHostArgs, resolveGpuHostArgs } from "../../../components/aws/gpuHost/gpuHostArgs";

const required = { subnetId: "subnet-0a1b2c3d", instanceType: "g5.xlarge" };

function problems(args: Partial<GpuHostArgs>) {
  return checkGpuHost(resolveGpuHostArgs({ ...required, ...args }));
}

describe("the check of a GPU host", () => {
  it.each<[string, Partial<GpuHostArgs>]>([
    ["the least", {}],
    ["SSH from an office", { sshCidrs: ["192.0.2.0/24", "198.51.100.7/32"] }],
    ["SSH from everywhere, said so", { public: true, sshCidrs: ["0.0.0.0/0"] }],
    ["no way out", { egressPorts: [] }],
    ["an own AMI", { amiId: "ami-0a1b2c3d4e5f67890" }],
    ["schedules", { stopSchedule: "cron(0 20 * * ? *)", startSchedule: "rate(12 hours)" }],
    ["a time zone", { scheduleTimezone: "Europe/Berlin" }],
    ["a stop when idle", { idleStopMinutes: 30, idleVcpus: 0.25 }],
    ["a kept volume", { dataVolumeId: "vol-0a1b2c3d" }],
  ])("takes %s", (_, args) => {
    expect(problems(args)).toEqual([]);
  });

  it.each<[string, Partial<GpuHostArgs>, string, RegExp]>([
    [
      "a type without GPU",
      { instanceType: "c7i.xlarge" },
      "instanceType",
      /has no GPU: use a g or p/,
    ],
    ["a family", { instanceType: "g5" }, "instanceType", /use an instance type such as g5\.xlarge/],
    ["an arm64 type", { instanceType: "g5g.xlarge" }, "instanceType", /arm64/],
    ["an AMI that is none", { amiId: "ubuntu" }, "amiId", /is "ubuntu": use an id such as ami-/],
    ["a block that is none", { sshCidrs: ["office"] }, "sshCidrs[0]", /no block of addresses/],
    ["everyone", { sshCidrs: ["0.0.0.0/0"] }, "sshCidrs[0]", /the whole internet: .* public: true/],
    [
      "a block twice",
      { sshCidrs: ["192.0.2.7/32", "192.0.2.7/32"] },
      "sshCidrs[1]",
      /there already/,
    ],
    [
      "a port that is none",
      { egressPorts: [443, 70000] },
      "egressPorts[1]",
      /is 70000: use a whole/,
    ],
    ["a port twice", { tunnelPorts: [8501, 8501] }, "tunnelPorts[1]", /is 8501, which is there/],
    ["a disk smaller than the AMI", { rootVolumeGb: 20 }, "rootVolumeGb", /is 20: .* from 75 to/],
    ["an empty data volume", { dataVolumeGb: 0 }, "dataVolumeGb", /is 0: .* from 1 to/],
    [
      "size and id of a volume",
      { dataVolumeGb: 50, dataVolumeId: "vol-1" },
      "dataVolumeGb",
      /is 50, but dataVolumeId names a volume/,
    ],
    ["cron of five fields", { stopSchedule: "cron(0 20 * * *)" }, "stopSchedule", /six fields/],
    ["a single time", { startSchedule: "at(2027-01-01T08:00:00)" }, "startSchedule", /use cron/],
    [
      "a place",
      { scheduleTimezone: "Atlantis" },
      "scheduleTimezone",
      /is "Atlantis": use a time zone/,
    ],
    ["a short time", { idleStopMinutes: 5 }, "idleStopMinutes", /is 5: .* from 15 to 1440/],
    ["an odd time", { idleStopMinutes: 17 }, "idleStopMinutes", /is 17: use a multiple of 5/],
    ["no vCPUs", { idleVcpus: 0 }, "idleVcpus", /is 0: use more than 0 .* vCPUs/],
    ["no wait", { waitSeconds: 0 }, "waitSeconds", /is 0: use a whole number from 1 to 3600/],
  ])("refuses %s", (_, args, propertyPath, reason) => {
    expect(problems(args)).toEqual([{ propertyPath, reason: expect.stringMatching(reason) }]);
  });
});
