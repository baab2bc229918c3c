import type * as pulumiSns from "@pulumi/aws/sns";

import { clients } from "../clients";
import { found, gone, keyValues, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, json, replaces, required, tags, text } from "../shapes";
import { checkPolicy } from "./iam";

const topic = resource<pulumiSns.TopicArgs>({
  inputs: {
    name: text({ ...replaces, max: 256, pattern: /^[A-Za-z0-9_-]+$/ }),
    kmsMasterKeyId: text(required),
    tags: tags(),
  },
  autoname: "name",
  async create(inputs) {
    const { TopicArn: arn } = await clients.sns().createTopic({
      Name: inputs.name,
      Attributes: { KmsMasterKeyId: inputs.kmsMasterKeyId },
      Tags: keyValues(inputs.tags),
    });
    return { id: arn!, outputs: { arn } };
  },
  exists: (id) => found(clients.sns().getTopicAttributes({ TopicArn: id })),
  delete: (id) => gone(clients.sns().deleteTopic({ TopicArn: id })),
});

const subscription = resource<pulumiSns.TopicSubscriptionArgs>({
  inputs: {
    topic: text(fixed),
    protocol: text({ ...fixed, oneOf: ["email"] }),
    endpoint: text({ ...fixed, pattern: /^[^@\s]+@[^@\s]+\.[^@\s]+$/ }),
  },
  async create({ topic, protocol, endpoint }) {
    const { SubscriptionArn: arn } = await clients.sns().subscribe({
      TopicArn: topic,
      Protocol: protocol,
      Endpoint: endpoint,
      ReturnSubscriptionArn: true,
    });
    return { id: arn!, outputs: { arn } };
  },
  exists: (id) => found(clients.sns().getSubscriptionAttributes({ SubscriptionArn: id })),
  delete: (id) => gone(clients.sns().unsubscribe({ SubscriptionArn: id })),
});

const topicPolicy = resource<pulumiSns.TopicPolicyArgs>({
  inputs: { arn: text(fixed), policy: json({ ...required, max: 30720 }) },
  check: ({ policy }) => checkPolicy(policy, "policy", true),
  async create({ arn, policy }) {
    await clients
      .sns()
      .setTopicAttributes({ TopicArn: arn, AttributeName: "Policy", AttributeValue: policy });
    return { id: arn };
  },
  exists: (id) => topic.exists(id, {}),
  // As in the real provider the topic keeps a policy; here the last one, until the topic goes.
  delete: async () => {},
});

export default {
  resources: {
    "aws:sns/topic:Topic": topic,
    "aws:sns/topicSubscription:TopicSubscription": subscription,
    "aws:sns/topicPolicy:TopicPolicy": topicPolicy,
  },
} satisfies Service;
