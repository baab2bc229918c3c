import type { RecordArgs } from "@pulumi/aws/route53";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, list, object, required, text } from "../shapes";

const record = resource<RecordArgs>({
  inputs: {
    zoneId: text(fixed),
    name: text({ ...fixed, max: 255 }),
    type: text({ ...required, oneOf: ["A"] }),
    aliases: list(
      object({
        name: text(required),
        zoneId: text(required),
        evaluateTargetHealth: flag(required),
      }),
      { ...required, min: 1, max: 1 },
    ),
  },
  async create(inputs) {
    const { HostedZone } = await clients.route53().getHostedZone({ Id: inputs.zoneId });
    const zone = HostedZone!.Name!.replace(/\.$/, "");
    const fqdn = inputs.name.endsWith(zone) ? inputs.name : `${inputs.name}.${zone}`;
    await change("CREATE", { ...inputs, name: fqdn });
    return { id: `${inputs.zoneId}_${inputs.name}_${inputs.type}`, outputs: { fqdn } };
  },
  exists: async (_, state) => (await find(state)) !== undefined,
  async delete(_, state) {
    if (await find(state)) {
      await change("DELETE", { ...state, name: state.fqdn });
    }
  },
});

async function change(Action: "CREATE" | "DELETE", inputs: Plain): Promise<void> {
  const [alias] = inputs.aliases;
  await clients.route53().changeResourceRecordSets({
    HostedZoneId: inputs.zoneId,
    ChangeBatch: {
      Changes: [
        {
          Action,
          ResourceRecordSet: {
            Name: inputs.name,
            Type: inputs.type,
            AliasTarget: {
              DNSName: alias.name,
              HostedZoneId: alias.zoneId,
              EvaluateTargetHealth: alias.evaluateTargetHealth,
            },
          },
        },
      ],
    },
  });
}

async function find({ zoneId, fqdn, type }: Plain) {
  if (!(await found(clients.route53().getHostedZone({ Id: zoneId })))) {
    return undefined;
  }
  const { ResourceRecordSets = [] } = await clients
    .route53()
    .listResourceRecordSets({ HostedZoneId: zoneId });
  return ResourceRecordSets.find(
    ({ Name, Type }) => Name?.replace(/\.$/, "") === fqdn && Type === type,
  );
}

export default { resources: { "aws:route53/record:Record": record } } satisfies Service;
