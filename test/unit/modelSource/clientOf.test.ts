import { expect, it } from "vitest";
import { clientOf } from "../../../components/core/modelSource/clientOf";

it("a client that is not installed is one npm install away", async () => {
  const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  await expect(clientOf("@azure/identity", () => Promise.reject(missing))).rejects.toThrow(
    "its client is missing: npm install @azure/identity",
  );
});

it("a client that fails to load says why", async () => {
  const broken = new Error("unexpected token");
  await expect(clientOf("a-client", () => Promise.reject(broken))).rejects.toThrow(broken);
});
