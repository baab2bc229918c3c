import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import type { Service } from "../resourceType";

async function getParameter({ name, withDecryption }: Plain) {
  const { Parameter } = await clients
    .ssm()
    .getParameter({ Name: name, WithDecryption: withDecryption });
  const { ARN: arn, Type: type, Value: value, Version: version } = Parameter!;
  // As in the real provider: only a SecureString's value is kept from insecureValue.
  return { id: name, name, arn, type, value, version, insecureValue: secure(type) ? "" : value };
}

function secure(type: string | undefined): boolean {
  return type === "SecureString";
}

export default {
  resources: {},
  functions: { "aws:ssm/getParameter:getParameter": getParameter },
} satisfies Service;
