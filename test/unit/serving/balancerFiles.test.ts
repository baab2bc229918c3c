import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";

import { balancerFiles } from "../../../components/core/serving/balancer/files";

const place = { replicaAlias: "birds_replica" };

it("a private key is a secret among the balancer's files, however it is given", async () => {
  const served = { certificate: "the certificate", privateKey: "the key" };
  const { open, secret } = balancerFiles(place, { cpus: 1, tls: served }, served);
  expect(Object.keys(secret)).toEqual(["tls/tls.crt", "tls/tls.key"]);
  expect(await pulumi.isSecret(secret["tls/tls.key"])).toBe(true);
  expect(Object.keys(open)).toEqual(["haproxy.cfg", "release.lua"]);
});
