import type { LogGroupArgs } from "@pulumi/aws/cloudwatch";

import { clients } from "../clients";
import { gone, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { number, replaces, required, tags, text } from "../shapes";

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
// prettier-ignore
const retention = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827,
  2192, 2557, 2922, 3288, 3653];

const logGroup = resource<LogGroupArgs>({
  inputs: {
    name: text({ ...replaces, max: 512, pattern: /^(?!aws\/)[.\-_/#A-Za-z0-9]+$/ }),
    kmsKeyId: text(),
    retentionInDays: number({ ...required, oneOf: retention }),
    tags: tags(),
  },
  autoname: "name",
  async create(inputs) {
    const { name: logGroupName } = inputs;
    await clients.logs().createLogGroup({
      logGroupName,
      kmsKeyId: inputs.kmsKeyId,
      tags: inputs.tags,
    });
    await clients
      .logs()
      .putRetentionPolicy({ logGroupName, retentionInDays: inputs.retentionInDays });
    const made = await describe(logGroupName);
    return { id: logGroupName, outputs: { arn: made!.arn!.replace(/:\*$/, "") } };
  },
  exists: async (id) => (await describe(id)) !== undefined,
  delete: (id) => gone(clients.logs().deleteLogGroup({ logGroupName: id })),
});

async function describe(name: string) {
  const { logGroups = [] } = await clients.logs().describeLogGroups({ logGroupNamePrefix: name });
  return logGroups.find(({ logGroupName }) => logGroupName === name);
}

export default { resources: { "aws:cloudwatch/logGroup:LogGroup": logGroup } } satisfies Service;
