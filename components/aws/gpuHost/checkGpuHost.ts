import { checkInstanceType } from "../cluster/checkInstanceType";
import { checkIpv4Block, everyone } from "../../core/cidr";
import { instanceTypeFacts } from "../cluster/instanceTypes";
import { Problem, wholeNumber } from "../../core/problem";
import { ResolvedGpuHostArgs } from "./gpuHostArgs";

/** The part of a GpuHost's arguments that can be judged before there is any resource. */
export type GpuHostShape = Omit<ResolvedGpuHostArgs, "subnetId" | "kmsKeyArn" | "tags">;

/** Sizes of a gp3 volume, in GiB: room for the AMI, its drivers and an image, and what EC2 has always taken. */
const rootVolume = { smallest: 75, largest: 16384 };
const minutesADay = 24 * 60;
const metricMinutes = 5;

/** Everything about a GPU host that AWS would refuse, or accept and never serve. */
export function checkGpuHost(shape: GpuHostShape): Problem[] {
  const { rootVolumeGb, dataVolumeGb, egressPorts, tunnelPorts, waitSeconds } = shape;
  return [
    ...checkType(shape.instanceType),
    ...checkAmi(shape.amiId),
    ...checkSshCidrs(shape),
    ...checkPorts("egressPorts", egressPorts),
    ...wholeNumber("rootVolumeGb", rootVolumeGb, rootVolume.smallest, rootVolume.largest),
    ...(dataVolumeGb === undefined
      ? []
      : wholeNumber("dataVolumeGb", dataVolumeGb, 1, rootVolume.largest)),
    ...checkDataVolume(shape),
    ...checkSchedule("stopSchedule", shape.stopSchedule),
    ...checkSchedule("startSchedule", shape.startSchedule),
    ...checkTimezone(shape.scheduleTimezone),
    ...checkIdleStop(shape),
    ...checkPorts("tunnelPorts", tunnelPorts),
    ...wholeNumber("waitSeconds", waitSeconds, 1, 3600),
  ];
}

function checkType(instanceType: string): Problem[] {
  const problems = checkInstanceType("instanceType", instanceType);
  return problems.length === 0 && instanceTypeFacts(instanceType)?.gpus === 0
    ? [
        {
          propertyPath: "instanceType",
          reason: `is "${instanceType}", which has no GPU: use a g or p type such as g5.xlarge`,
        },
      ]
    : problems;
}

function checkAmi(amiId: string | undefined): Problem[] {
  return amiId === undefined || /^ami-[0-9a-f]{8,17}$/.test(amiId)
    ? []
    : [
        {
          propertyPath: "amiId",
          reason: `is "${amiId}": use an id such as ami-0a1b2c3d4e5f67890, or none for AWS's newest one`,
        },
      ];
}

function checkSshCidrs({ sshCidrs, public: isPublic }: GpuHostShape): Problem[] {
  return sshCidrs.flatMap((block, index) => {
    const propertyPath = `sshCidrs[${index}]`;
    const problems = checkIpv4Block(propertyPath, block);
    if (problems.length > 0) {
      return problems;
    }
    if (block === everyone && !isPublic) {
      return [
        {
          propertyPath,
          reason: `is ${everyone}, the whole internet: name the addresses that you come from, or set public: true`,
        },
      ];
    }
    return sshCidrs.indexOf(block) < index
      ? [{ propertyPath, reason: `is ${block}, which is there already: name it once` }]
      : [];
  });
}

function checkPorts(propertyPath: string, ports: number[]): Problem[] {
  return ports.flatMap((port, index) => [
    ...wholeNumber(`${propertyPath}[${index}]`, port, 1, 65535),
    ...(ports.indexOf(port) < index
      ? [
          {
            propertyPath: `${propertyPath}[${index}]`,
            reason: `is ${port}, which is there already: name it once`,
          },
        ]
      : []),
  ]);
}

function checkDataVolume({ dataVolumeGb, dataVolumeId }: GpuHostShape): Problem[] {
  return dataVolumeId !== undefined && dataVolumeGb !== undefined
    ? [
        {
          propertyPath: "dataVolumeGb",
          reason: `is ${dataVolumeGb}, but dataVolumeId names a volume that has its size: leave one of them out`,
        },
      ]
    : [];
}

function checkSchedule(propertyPath: string, schedule: string | undefined): Problem[] {
  // at() would be over once, and leave the schedule there for ever.
  return schedule === undefined || /^(cron\((\S+ ){5}\S+\)|rate\([1-9]\d* \w+\))$/.test(schedule)
    ? []
    : [
        {
          propertyPath,
          reason: `is "${schedule}": use cron with six fields, such as cron(0 20 * * ? *), or rate(12 hours)`,
        },
      ];
}

function checkTimezone(timeZone: string): Problem[] {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return [];
  } catch {
    return [
      {
        propertyPath: "scheduleTimezone",
        reason: `is "${timeZone}", which is no time zone: use one such as Europe/Berlin`,
      },
    ];
  }
}

function checkIdleStop({ idleStopMinutes, idleVcpus, instanceType }: GpuHostShape): Problem[] {
  const vcpus = instanceTypeFacts(instanceType)?.vcpus ?? Infinity;
  return [
    ...(idleStopMinutes === undefined
      ? []
      : wholeNumber("idleStopMinutes", idleStopMinutes, 15, minutesADay)),
    ...((idleStopMinutes ?? 0) % metricMinutes === 0
      ? []
      : [
          {
            propertyPath: "idleStopMinutes",
            reason: `is ${idleStopMinutes}: use a multiple of ${metricMinutes}, since EC2 measures every ${metricMinutes} minutes`,
          },
        ]),
    ...(idleVcpus > 0 && idleVcpus < vcpus
      ? []
      : [
          {
            propertyPath: "idleVcpus",
            reason: `is ${idleVcpus}: use more than 0 and less than the instance's vCPUs (${vcpus})`,
          },
        ]),
  ];
}
