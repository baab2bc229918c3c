import type { WebAclAssociationArgs } from "@pulumi/aws/wafv2";

import { call } from "../clients";
import { gone, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, text } from "../shapes";

const association = resource<WebAclAssociationArgs>({
  inputs: { resourceArn: text(fixed), webAclArn: text(fixed) },
  // A load balancer has one web ACL.
  deleteFirst: true,
  async create({ resourceArn, webAclArn }) {
    await call("wafv2", "AssociateWebACL", { ResourceArn: resourceArn, WebACLArn: webAclArn });
    return { id: `${webAclArn},${resourceArn}` };
  },
  async exists(_, { resourceArn, webAclArn }) {
    const { WebACL } = await call("wafv2", "GetWebACLForResource", { ResourceArn: resourceArn });
    return WebACL?.ARN === webAclArn;
  },
  delete: (_, { resourceArn }) =>
    gone(call("wafv2", "DisassociateWebACL", { ResourceArn: resourceArn })),
});

export default {
  resources: { "aws:wafv2/webAclAssociation:WebAclAssociation": association },
} satisfies Service;
