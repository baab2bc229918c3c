import { execFileSync } from "node:child_process";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { GpuHostArgs } from "@tf-model-serving/aws";
import { resolveGpuHostArgs } from "../../../components/aws/gpuHost/gpuHostArgs";
import { idlePercent } from "../../../components/aws/gpuHost/stopping";
import { tunnelCommand } from "../../../components/aws/gpuHost/tunnelCommand";
import { renderUserData } from "../../../components/aws/gpuHost/userData";
import * as engine from "../../../components/core/engine/sshDockerHost/engineAnswers";
import * as files from "../../../components/core/engine/sshDockerHost/sshFiles";
import { awsArn, region } from "../../support/awsMocks";
import { instanceTypes } from "../../support/instanceTypes";
import { isKnown, problemsOf, promiseOf, unknown } from "../../support/mocks";
import { host, make, network, statements } from "./awsComponents";
import { everything, settings } from "./awsSettings";

type Args = Partial<GpuHostArgs>;

const secretArn = awsArn("secretsmanager", "secretVersion", "gpu-host-key");
const kmsKeyArn = awsArn("kms", "key", "ours");

beforeEach(() => {
  vi.spyOn(engine, "engineAnswers").mockResolvedValue();
  vi.spyOn(files, "writeSshFiles").mockReturnValue();
});

/** Without its keys, which are new ones in each test. */
function keyless(text: string): string {
  return text.replace(/-----BEGIN[^]*?-----END.*-----\n/g, "...\n").replace(/ AAAA\S+/g, " ...");
}

describe("a GPU host", () => {
  it.each<[string, Args]>([
    ["gpu-host", {}],
    ["gpu-host-everything", everything<Args>(settings.host)],
  ])("has the resources and outputs of %s.yaml", async (file, args) => {
    const { text } = await make(host, args);
    await expect(keyless(await text())).toMatchFileSnapshot(`snapshots/${file}.yaml`);
  });

  it("follows the AMI that is named", async () => {
    const { find } = await make(host, { amiId: "ami-0a1b2c3d" });
    expect(find("Instance")).toMatchObject({ inputs: { ami: "ami-0a1b2c3d" }, ignoreChanges: [] });
  });

  it("is in a zone that offers its type", async () => {
    const { recording } = await make(host);
    const asked = recording.calls.map(({ token }) => token.replace(/.*:/, ""));
    expect(asked).toContain("getInstanceTypeOfferings");
  });

  it("takes a volume that is there", async () => {
    const { all, find } = await make(host, { dataVolumeId: "vol-kept" });
    expect(all("Volume")).toEqual([]);
    expect(find("VolumeAttachment").inputs.volumeId).toBe("vol-kept");
  });

  it("lists everything wrong at once", () => {
    const problems = problemsOf(() => host({ instanceType: "g5g.xlarge", rootVolumeGb: 1 }));
    const paths = problems.map(({ propertyPath }) => propertyPath);
    expect(paths).toEqual(["rootVolumeGb", "instanceType"]);
  });

  it("plans everything in a preview, with what only AWS knows unknown", async () => {
    const args = { stopSchedule: "rate(12 hours)", idleStopMinutes: 30 };
    const { component, find, recording } = await make(host, args, { preview: true });
    expect(await isKnown(component.tunnelCommand)).toBe(false);
    expect(recording.find("pulumi:providers:docker", "gpu").inputs.host).toBe(unknown);
    expect(find("MetricAlarm").inputs.dimensions).toEqual({ InstanceId: unknown });
    expect(find("Instance").inputs.userData).toBe(unknown);
    expect(engine.engineAnswers).not.toHaveBeenCalled();
  });
});

describe("the way to a GPU host", () => {
  it("is Session Manager, where SSH is open to nobody", async () => {
    const { component, all } = await make(host);
    expect(all("SecurityGroupIngressRule")).toEqual([]);
    expect(await promiseOf(component.host)).toBe("ssh://ubuntu@gpu-id");
    expect((await promiseOf(component.sshOptions)).at(-1)).toBe(
      "ProxyCommand=aws ssm start-session --target %h --document-name AWS-StartSSHSession " +
        `--parameters portNumber=%p --region ${region}`,
    );
  });

  it.each<[string, Args, string]>([
    ["its private address, where SSH is open to named blocks", {}, "10.0.0.7"],
    ["an address that it keeps, where it is public", { public: true }, "203.0.113.7"],
  ])("is %s", async (_, args, address) => {
    const { component } = await make(host, { sshCidrs: ["192.0.2.7/32"], ...args });
    expect(await promiseOf(component.host)).toBe(`ssh://ubuntu@${address}`);
    expect(await promiseOf(component.address)).toBe(address);
  });

  it("brings ports here with a command to paste", async () => {
    const args = { sshCidrs: ["10.0.0.0/8"], tunnelPorts: [8501, 8888] };
    const { component } = await make(host, args);
    expect(await promiseOf(component.tunnelCommand)).toMatch(
      /^ssh -o IdentityFile=~\/\.ssh\/tfserving-tfserving-dev-gpu -o .* -N -L 8501:127\.0\.0\.1:8501 -L 8888:127\.0\.0\.1:8888 ubuntu@10\.0\.0\.7$/,
    );
  });

  it("quotes what a shell would split", () => {
    expect(tunnelCommand("ssh://ubuntu@i-1", ["-o", "ProxyCommand=a 'b' %h"], [1])).toBe(
      `ssh -o 'ProxyCommand=a '\\''b'\\'' %h' -o ExitOnForwardFailure=yes -N -L 1:127.0.0.1:1 ubuntu@i-1`,
    );
  });

  it("is the provider of what runs there, which lives as long as the instance", async () => {
    const { recording } = await make(() => {
      const created = host({});
      new docker.Network("net", {}, created.options());
      return created;
    });
    const { provider, deletedWith } = recording.find("docker:index/network:Network");
    expect(provider).toContain("pulumi:providers:docker::gpu");
    expect(deletedWith).toContain("::gpu-machine");
    const { inputs } = recording.find("random:index/randomId:RandomId", "gpu-machine-id");
    expect(inputs.keepers).toEqual({ id: "gpu-id" });
  });
});

describe("a GPU host is stopped", () => {
  it("never, unless asked", async () => {
    const { all } = await make(host);
    expect([...all("Schedule"), ...all("MetricAlarm")]).toEqual([]);
  });

  it.each([{}, { kmsKeyArn }])(
    "by a role that may neither start it nor use its key, where it is only stopped: %j",
    async (args) => {
      const { find } = await make(host, { stopSchedule: "rate(12 hours)", ...args });
      expect(statements(find("RolePolicy", "gpu-schedule").inputs.policy)).toEqual([
        {
          Effect: "Allow",
          Action: ["ec2:StopInstances"],
          Resource: awsArn("ec2", "instance", "gpu"),
        },
      ]);
    },
  );

  it("after idle time, measured by its vCPUs: half a vCPU of four", async () => {
    const { find } = await make(host, { idleStopMinutes: 45 });
    expect(find("MetricAlarm").inputs).toMatchObject({ evaluationPeriods: 9, threshold: 12.5 });
  });

  it.each([
    [{ idleVcpus: 4 }, "idleVcpus is 4: use more than 0 and less than the instance's vCPUs (4)"],
    [
      { instanceType: "g99.xlarge" },
      "idleStopMinutes needs the number of vCPUs of g99.xlarge: AWS does not say it",
    ],
  ])("not after idle time of %j", (args, message) => {
    const required = { subnetId: network.subnetIds[0], instanceType: "g5.xlarge" };
    const answer = { types: instanceTypes, problems: [], warnings: ["AWS does not say it"] };
    expect(() => idlePercent(resolveGpuHostArgs({ ...required, ...args }), answer)).toThrow(
      new pulumi.RunError(message),
    );
  });
});

describe("the user data", () => {
  const script = renderUserData(secretArn, "vol-0a1b2c3d");

  it("is a script that bash takes", async () => {
    expect(execFileSync("bash", ["-n"], { input: script, encoding: "utf8" })).toBe("");
    await expect(script).toMatchFileSnapshot("snapshots/gpu-host.sh");
  });

  it("of an instance names its key and its data volume", async () => {
    const { find } = await make(host);
    expect(find("Instance").inputs.userData).toBe(renderUserData(secretArn, "gpu-data-id"));
  });

  it("takes the data volume by its serial number, and formats it only when it is empty", () => {
    const device = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d";
    expect(script).toContain(`blkid ${device} || mkfs.ext4 -q ${device}\n`);
  });

  it("shows its key only when all else is done", () => {
    const steps = ["mount /data", "usermod -aG docker ubuntu", "get-secret-value", "restart ssh"];
    const positions = steps.map((step) => script.indexOf(step));
    expect(positions).not.toContain(-1);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });
});
