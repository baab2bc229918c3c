import type { LogGroupArgs } from "@pulumi/aws/cloudwatch";

import { clients } from "../clients";
import { gone, resource, tagChanges } from "../resourceType";
import type { Service } from "../resourceType";
import { flag, number, replaces, tags, text } from "../shapes";

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
// prettier-ignore
const retention = [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827,
  2192, 2557, 2922, 3288, 3653];

const logGroup = resource<LogGroupArgs>({
  inputs: {
    name: text({ ...replaces, max: 512, pattern: /^(?!aws\/)[.\-_/#A-Za-z0-9]+$/ }),
    kmsKeyId: text(),
    logGroupClass: text({ ...replaces, oneOf: ["STANDARD", "INFREQUENT_ACCESS"] }),
    retentionInDays: number({ oneOf: retention }),
    skipDestroy: flag(),
    tags: tags(),
  },
  autoname: "name",
  async create(inputs) {
    const { name: logGroupName } = inputs;
    await clients.logs().createLogGroup({
      logGroupName,
      kmsKeyId: inputs.kmsKeyId,
      logGroupClass: inputs.logGroupClass,
      tags: inputs.tags,
    });
    await retain(logGroupName, inputs.retentionInDays);
    const made = await describe(logGroupName);
    return { id: logGroupName, outputs: { arn: made!.arn!.replace(/:\*$/, "") } };
  },
  async update(update) {
    const { id, news, state } = update;
    if (update.changed("kmsKeyId")) {
      throw new Error("The test provider cannot change kmsKeyId");
    }
    await retain(id, news.retentionInDays);
    const { remove, add } = tagChanges(state.tags, news.tags);
    if (remove.length > 0) {
      await clients.logs().untagResource({ resourceArn: state.arn, tagKeys: remove });
    }
    await clients.logs().tagResource({ resourceArn: state.arn, tags: add });
  },
  exists: async (id) => (await describe(id)) !== undefined,
  async delete(id, { skipDestroy }) {
    if (!skipDestroy) {
      await gone(clients.logs().deleteLogGroup({ logGroupName: id }));
    }
  },
});

async function retain(logGroupName: string, retentionInDays = 0): Promise<void> {
  await (retentionInDays > 0
    ? clients.logs().putRetentionPolicy({ logGroupName, retentionInDays })
    : clients.logs().deleteRetentionPolicy({ logGroupName }));
}

async function describe(name: string) {
  const { logGroups = [] } = await clients.logs().describeLogGroups({ logGroupNamePrefix: name });
  return logGroups.find(({ logGroupName }) => logGroupName === name);
}

export default { resources: { "aws:cloudwatch/logGroup:LogGroup": logGroup } } satisfies Service;
