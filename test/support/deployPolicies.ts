import * as fs from "fs";
import * as path from "path";
import { repository } from "./stackConfig";

/** A statement of an IAM policy, as it is written. */
export interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

const folder = path.join(repository, "docs/aws-deploy-policy");

/** The policies that the documentation gives to the deploying role. */
export const policies = fs.readdirSync(folder).map((file) => ({
  file,
  text: fs.readFileSync(path.join(folder, file), "utf8"),
}));

export const statements = policies.flatMap(
  ({ text }) => (JSON.parse(text) as { Statement: Statement[] }).Statement,
);

export const list = (value: string | string[]) => (Array.isArray(value) ? value : [value]);
