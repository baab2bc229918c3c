// One row of the matrix; `npm run test:soak` has them all.
import { dockerFixed, dockerTarget } from "../matrix/dockerTarget";
import type { Row } from "../matrix/rows";
import { describeMatrix } from "../matrix/run";

// With a registry and a release beside the one before: how an outage once hid.
const rows = (all: Row[]) => [
  all.find(({ registry, strategy }) => registry !== "none" && strategy === "surge")!,
];

describeMatrix("docker", dockerFixed, () => dockerTarget(19200), { rows });
