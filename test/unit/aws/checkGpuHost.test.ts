import { expect, it } from "vitest";

import { checkGpuHost } from "@tf-model-serving/aws";
import { GpuHostArgs, resolveGpuHostArgs } from "../../../components/aws/gpuHost/gpuHostArgs";
import { refusals } from "../../support/refusals";

const required = { subnetId: "subnet-0a1b2c3d", instanceType: "g5.xlarge" };

function problems(args: Partial<GpuHostArgs>) {
  return checkGpuHost(resolveGpuHostArgs({ ...required, ...args }));
}

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
])("a GPU host is taken with %s", (_, args) => {
  expect(problems(args)).toEqual([]);
});

const refused: Record<string, Partial<GpuHostArgs>> = {
  "a type without GPU": { instanceType: "c7i.xlarge" },
  "a family": { instanceType: "g5" },
  "an arm64 type": { instanceType: "g5g.xlarge" },
  "an AMI that is none": { amiId: "ubuntu" },
  "a block that is none": { sshCidrs: ["office"] },
  everyone: { sshCidrs: ["0.0.0.0/0"] },
  "a block twice": { sshCidrs: ["192.0.2.7/32", "192.0.2.7/32"] },
  "a port that is none": { egressPorts: [443, 70000] },
  "a port twice": { tunnelPorts: [8501, 8501] },
  "a disk smaller than the AMI": { rootVolumeGb: 20 },
  "an empty data volume": { dataVolumeGb: 0 },
  "size and id of a volume": { dataVolumeGb: 50, dataVolumeId: "vol-1" },
  "cron of five fields": { stopSchedule: "cron(0 20 * * *)" },
  "a single time": { startSchedule: "at(2027-01-01T08:00:00)" },
  "a place": { scheduleTimezone: "Atlantis" },
  "a short time": { idleStopMinutes: 5 },
  "an odd time": { idleStopMinutes: 17 },
  "no vCPUs": { idleVcpus: 0 },
  "no wait": { waitSeconds: 0 },
  "several at once": { instanceType: "g5g.xlarge", rootVolumeGb: 1 },
};

it("what a GPU host refuses, and why", async () => {
  const text = await refusals(refused, problems);
  await expect(text).toMatchFileSnapshot("snapshots/refused-gpu-hosts.txt");
});
