import * as pulumi from "@pulumi/pulumi";

/** The stack that is being deployed, as its objects are labelled: `<project>/<stack>`. */
export function currentStack(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}
