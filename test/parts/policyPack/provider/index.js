// Stands for any provider in a preview: takes every resource as it is declared.
import pulumi from "@pulumi/pulumi";

const version = "1.0.0";

pulumi.provider.main(
  {
    version,
    schema: JSON.stringify({ name: "echo", version, resources: {} }),
    checkConfig: (_urn, _olds, inputs) => ({ inputs }),
    diffConfig: () => ({ changes: false }),
  },
  process.argv.slice(2),
);
