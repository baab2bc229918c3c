import { checkIpv4Block, everyone } from "@tf-model-serving/core/internal/arguments/cidr";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  anyText,
  laterOr,
  listOf,
  objectOf,
  problemsOfArgs,
  textLike,
  textThat,
  trueOrFalse,
  valueWhere,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import { checkInstanceType } from "../instances/checkInstanceType";
import { hasGpus, instanceTypeName } from "../instances/instanceTypes";
import { tagsSchema } from "../tags";
import { gpuHostDefaults, GpuHostArgs, ResolvedGpuHostArgs } from "./gpuHostArgs";

/** The part of a GpuHost's arguments that can be judged before there is any resource. */
export type GpuHostShape = Omit<ResolvedGpuHostArgs, "subnetId" | "kmsKeyArn" | "tags">;

/** Sizes of a gp3 volume, in GiB: room for the AMI, its drivers and an image, and what EC2 has always taken. */
const rootVolume = { smallest: 75, largest: 16384 };
const minutesADay = 24 * 60;
const metricMinutes = 5;

// at() would be over once, and leave the schedule there for ever.
const schedule = textLike(
  /^(cron\((\S+ ){5}\S+\)|rate\([1-9]\d* \w+\))$/,
  "use cron with six fields, such as cron(0 20 * * ? *), or rate(12 hours)",
);

const port = wholeNumberFrom(1, 65535);

/** Shape and range of GpuHostArgs. */
const gpuHostSchema = objectOf<GpuHostArgs>({
  subnetId: laterOr(anyText()),
  instanceType: instanceTypeName(),
  amiId: textLike(
    /^ami-[0-9a-f]{8,17}$/,
    "use an id such as ami-0a1b2c3d4e5f67890, or none for AWS's newest one",
  ).optional(),
  public: trueOrFalse().optional(),
  sshCidrs: listOf(textThat(checkIpv4Block)).optional(),
  egressPorts: listOf(port).optional(),
  rootVolumeGb: wholeNumberFrom(rootVolume.smallest, rootVolume.largest).optional(),
  dataVolumeGb: wholeNumberFrom(1, rootVolume.largest).optional(),
  dataVolumeId: laterOr(anyText()).optional(),
  keepData: trueOrFalse().optional(),
  kmsKeyArn: laterOr(anyText()).optional(),
  stopSchedule: schedule.optional(),
  startSchedule: schedule.optional(),
  scheduleTimezone: valueWhere(isTimezone, "use a time zone such as Europe/Berlin").optional(),
  idleStopMinutes: wholeNumberFrom(15, minutesADay).optional(),
  idleVcpus: valueWhere<number>(
    (vcpus) => vcpus > 0,
    "use more than 0 and less than the instance's vCPUs",
  ).optional(),
  tunnelPorts: listOf(port).optional(),
  waitSeconds: wholeNumberFrom(1, 3600).optional(),
  tags: tagsSchema().optional(),
});

/** Everything about a GPU host that AWS would refuse, or accept and never serve. */
export function checkGpuHost(shape: GpuHostShape): Problem[] {
  const args = { subnetId: "", ...shape };
  return problemsOfArgs(gpuHostSchema, args, gpuHostDefaults, (sound) => [
    ...(sound.instanceType === undefined ? [] : checkType(sound.instanceType)),
    ...checkOpenness(sound),
    ...onlyOnce("sshCidrs", sound.sshCidrs),
    ...onlyOnce("egressPorts", sound.egressPorts),
    ...onlyOnce("tunnelPorts", sound.tunnelPorts),
    ...checkDataVolume(sound),
    ...checkIdleStop(sound),
  ]);
}

function checkType(instanceType: string): Problem[] {
  const problems = checkInstanceType("instanceType", instanceType);
  return problems.length === 0 && !hasGpus(instanceType)
    ? [
        {
          propertyPath: "instanceType",
          reason: `is "${instanceType}", which has no GPU: use a g or p type such as g5.xlarge`,
        },
      ]
    : problems;
}

function checkOpenness({ sshCidrs, public: isPublic }: GpuHostShape): Problem[] {
  return isPublic
    ? []
    : sshCidrs.flatMap((block, index) =>
        block === everyone
          ? [
              {
                propertyPath: `sshCidrs[${index}]`,
                reason: `is ${everyone}, the whole internet: name the addresses that you come from, or set public: true`,
              },
            ]
          : [],
      );
}

function onlyOnce(field: string, values: (string | number)[]): Problem[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) < index
      ? [
          {
            propertyPath: `${field}[${index}]`,
            reason: `is ${value}, which is there already: name it once`,
          },
        ]
      : [],
  );
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

function isTimezone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}

function checkIdleStop({ idleStopMinutes = 0 }: GpuHostShape): Problem[] {
  return idleStopMinutes % metricMinutes === 0
    ? []
    : [
        {
          propertyPath: "idleStopMinutes",
          reason: `is ${idleStopMinutes}: use a multiple of ${metricMinutes}, since EC2 measures every ${metricMinutes} minutes`,
        },
      ];
}
