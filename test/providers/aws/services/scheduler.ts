import type { ScheduleArgs } from "@pulumi/aws/scheduler";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { json, number, object, replaces, required, text } from "../shapes";

/** @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
const schedule = resource<ScheduleArgs>({
  inputs: {
    name: text({ ...replaces, max: 64, pattern: /^[0-9a-zA-Z-_.]+$/ }),
    groupName: text({ ...replaces, max: 64 }),
    description: text({ max: 512 }),
    state: text({ oneOf: ["ENABLED", "DISABLED"] }),
    kmsKeyArn: text(),
    scheduleExpression: text({
      ...required,
      max: 256,
      pattern: /^(cron\(\S+ \S+ \S+ \S+ \S+ \S+\)|rate\(\d+ (minute|hour|day)s?\)|at\([\dT:-]+\))$/,
    }),
    scheduleExpressionTimezone: text({ max: 50 }),
    flexibleTimeWindow: object(
      {
        mode: text({ ...required, oneOf: ["OFF", "FLEXIBLE"] }),
        maximumWindowInMinutes: number({ min: 1, max: 1440 }),
      },
      required,
    ),
    target: object(
      {
        arn: text(required),
        roleArn: text(required),
        input: json(),
        retryPolicy: object({
          maximumEventAgeInSeconds: number({ min: 60, max: 86400 }),
          maximumRetryAttempts: number({ min: 0, max: 185 }),
        }),
      },
      required,
    ),
  },
  autoname: "name",
  async create(inputs) {
    const { ScheduleArn: arn } = await clients.scheduler().createSchedule(settings(inputs));
    return { id: `${inputs.groupName ?? "default"}/${inputs.name}`, outputs: { arn } };
  },
  update: async ({ news }) => void (await clients.scheduler().updateSchedule(settings(news))),
  exists: (_, { name, groupName }) =>
    found(clients.scheduler().getSchedule({ Name: name, GroupName: groupName })),
  delete: (_, { name, groupName }) =>
    gone(clients.scheduler().deleteSchedule({ Name: name, GroupName: groupName })),
});

function settings(inputs: Plain) {
  return {
    Name: inputs.name,
    GroupName: inputs.groupName,
    Description: inputs.description,
    State: inputs.state,
    KmsKeyArn: inputs.kmsKeyArn,
    ScheduleExpression: inputs.scheduleExpression,
    ScheduleExpressionTimezone: inputs.scheduleExpressionTimezone,
    FlexibleTimeWindow: pascal(inputs.flexibleTimeWindow),
    Target: pascal(inputs.target),
  };
}

export default { resources: { "aws:scheduler/schedule:Schedule": schedule } } satisfies Service;
