import type * as pulumiSns from "@pulumi/aws/sns";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, resource, tagChanges } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, json, replaces, required, tags, text } from "../shapes";
import { checkPolicy } from "./iam";

const topic = resource<pulumiSns.TopicArgs>({
  inputs: {
    name: text({ ...replaces, max: 256, pattern: /^[A-Za-z0-9_-]+$/ }),
    displayName: text({ max: 100 }),
    kmsMasterKeyId: text(),
    tags: tags(),
  },
  autoname: "name",
  async create(inputs) {
    const { TopicArn: arn } = await clients.sns().createTopic({
      Name: inputs.name,
      Attributes: {
        ...(inputs.displayName && { DisplayName: inputs.displayName }),
        ...(inputs.kmsMasterKeyId && { KmsMasterKeyId: inputs.kmsMasterKeyId }),
      },
      Tags: keyValues(inputs.tags),
    });
    return { id: arn!, outputs: { arn, owner: arn!.split(":")[4] } };
  },
  async update(update) {
    const { id, news, state } = update;
    const names = { displayName: "DisplayName", kmsMasterKeyId: "KmsMasterKeyId" };
    for (const [input, AttributeName] of Object.entries(names)) {
      if (update.changed(input)) {
        const AttributeValue = news[input] ?? "";
        await clients.sns().setTopicAttributes({ TopicArn: id, AttributeName, AttributeValue });
      }
    }
    const { remove, add } = tagChanges(state.tags, news.tags);
    if (remove.length > 0) {
      await clients.sns().untagResource({ ResourceArn: id, TagKeys: remove });
    }
    await clients.sns().tagResource({ ResourceArn: id, Tags: keyValues(add) });
  },
  exists: (id) => found(clients.sns().getTopicAttributes({ TopicArn: id })),
  delete: (id) => gone(clients.sns().deleteTopic({ TopicArn: id })),
});

const endpoints: Record<string, RegExp> = {
  email: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  "email-json": /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  https: /^https:\/\//,
  sqs: /^arn:aws:sqs:/,
  lambda: /^arn:aws:lambda:/,
};

const subscription = resource<pulumiSns.TopicSubscriptionArgs>({
  inputs: {
    topic: text(fixed),
    protocol: text({ ...fixed, oneOf: Object.keys(endpoints) }),
    endpoint: text(fixed),
    rawMessageDelivery: flag(),
  },
  check: ({ protocol, endpoint }) =>
    endpoints[protocol].test(endpoint)
      ? []
      : [{ property: "endpoint", reason: `${endpoint} is none of the protocol ${protocol}` }],
  async create({ topic, protocol, endpoint }) {
    const { SubscriptionArn: arn } = await clients.sns().subscribe({
      TopicArn: topic,
      Protocol: protocol,
      Endpoint: endpoint,
      ReturnSubscriptionArn: true,
    });
    return { id: arn!, outputs: { arn, ownerId: arn!.split(":")[4], pendingConfirmation: true } };
  },
  exists: (id) => found(clients.sns().getSubscriptionAttributes({ SubscriptionArn: id })),
  delete: (id) => gone(clients.sns().unsubscribe({ SubscriptionArn: id })),
});

const topicPolicy = resource<pulumiSns.TopicPolicyArgs>({
  inputs: { arn: text(fixed), policy: json({ ...required, max: 30720 }) },
  check: ({ policy }) => checkPolicy(policy, "policy", true),
  async create(inputs) {
    await putPolicy(inputs);
    return { id: inputs.arn, outputs: { owner: inputs.arn.split(":")[4] } };
  },
  update: ({ news }) => putPolicy(news),
  exists: (id) => topic.exists(id, {}),
  // As in the real provider the topic keeps a policy; here the last one, until the topic goes.
  delete: async () => {},
});

async function putPolicy({ arn, policy }: Plain): Promise<void> {
  await clients
    .sns()
    .setTopicAttributes({ TopicArn: arn, AttributeName: "Policy", AttributeValue: policy });
}

export default {
  resources: {
    "aws:sns/topic:Topic": topic,
    "aws:sns/topicSubscription:TopicSubscription": subscription,
    "aws:sns/topicPolicy:TopicPolicy": topicPolicy,
  },
} satisfies Service;
