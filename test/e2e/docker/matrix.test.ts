// A part of one row of the matrix; `npm run test:nightly` has them all.
import { dockerFixed, dockerTarget } from "../matrix/dockerTarget";
import type { Row } from "../matrix/rows";
import { describeMatrix } from "../matrix/run";

// With a registry and a release beside the one before: how an outage once hid.
const rows = (all: Row[]) => [
  all.find(({ registry, strategy }) => registry !== "none" && strategy === "surge")!,
];

describeMatrix("docker", dockerFixed, () => dockerTarget(19200), {
  rows,
  events: [
    "a broken model, and with it another flag",
    "a good model after the broken one",
    "a release and a rollback",
  ],
});
