import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it, vi } from "vitest";
import { netrcLogin } from "../../../components/core/modelSource/netrc";
import { temporaryFolder } from "../../support/modelFolder";

/** The login that a file has for models.example.com. */
function loginIn(text: string): string | undefined {
  const file = path.join(temporaryFolder(), "netrc");
  fs.writeFileSync(file, text);
  vi.stubEnv("NETRC", file);
  const [, login] = netrcLogin("models.example.com")?.split(" ") ?? [];
  return login && Buffer.from(login, "base64").toString();
}

const other = "machine example.com login x password y\n";

it.each([
  ["on one line", `${other}machine models.example.com login ada password secret`, "ada:secret"],
  ["on several", "machine models.example.com\n\tlogin ada\n\tpassword secret\n", "ada:secret"],
  ["for all others", `${other}default login eve password p`, "eve:p"],
])("a login %s is found", (_, text, login) => {
  expect(loginIn(text)).toBe(login);
});

it.each([["", other, "machine models.example.com.evil.test login x password y"]])(
  "a login for other hosts is none for this one",
  (...texts) => {
    expect(texts.map(loginIn)).toEqual([undefined, undefined, undefined]);
  },
);

it("a file that is not there has no login", () => {
  vi.stubEnv("NETRC", path.join(temporaryFolder(), "none"));
  expect(netrcLogin("models.example.com")).toBeUndefined();
});
