import { expect, it } from "vitest";
import { checkEdge } from "../../../components/core/serving/edge/checkEdge";

const apiKeys = { web: [`sha256:${"a".repeat(64)}`] };
/** Says of each client in `auth.clients` what is wrong with it. */
const refused = (names: string[], auth: object) =>
  checkEdge({
    auth: { ...auth, clients: Object.fromEntries(names.map((name) => [name, {}])) },
  })
    .map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`)
    .filter((line) => line.startsWith("auth.clients"));

it("only clients with a key have rights, and those of the stack itself", () => {
  expect(refused(["web", "notebook", "predict", "app"], { apiKeys })).toEqual([
    "auth.clients.app: has no key: add one to auth.apiKeys.app, or leave it out (there are web)",
  ]);
});

it("with tokens any client has rights whose name the balancer's configuration can hold", () => {
  const jwt = { issuer: "a", audience: "b", jwks: "{}" };
  expect(refused(["auth0|5f7c8ec7", "Ada L.", "it's", "-i", "a\nb", ""], { jwt })).toEqual(
    ['"a\\nb"', '""'].map(
      (name) =>
        `auth.clients.${name}: is no client's name: use the text of the claim, without control characters`,
    ),
  );
});
