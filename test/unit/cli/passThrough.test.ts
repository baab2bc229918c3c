import { expect, it } from "vitest";
import { needsOf, passedOn, pulumiOptions, stackOf } from "../../../cli/automation/passThrough";

const lines = {
  "a stack, in every spelling that Pulumi takes, the last of several": [
    ...["up", "up -s prod", "--stack prod up", "up --stack=prod", "up -s=prod", "up -sprod"],
    ...["up -ysprod", "up -ys=prod", "up -ys prod", "up -s dev --stack=prod"],
    "up --stack=dev -sprod",
  ],
  "no stack, for it is another option's value or another program's": [
    ...["up -m -s --target --stack=dev", "up -mstaging -tstaging", "about -- -s prod"],
  ],
  "nobody can tell which stack": ["import -fs prod"],
  "what runs the program: with the config file, unless another is named": [
    ...["up --diff", "-s dev preview", "--color never destroy", "up --config-file mine.yaml"],
    ...["preview -s k8s", "-s k8s pre", "up --yes", "refresh --preview-only"],
  ],
  "what removes a stack, which has nothing where it is not there": ["destroy"],
  "what works on the stack's own file": [
    ...["config", "config get replicas", "config set replicas 2", "-s prod config set"],
  ],
  "what reads a stack, which a shared backend may not have": [
    ...["stack", "stack output restUrl -s k8s", "stack -s rm export", "stack history"],
    "stack import --file x",
  ],
  "what needs nothing": [
    ...["version", "whoami", "plugin ls", "stack init k8s", "stack ls", "stack -s k8s rm --yes"],
    ...["preview --help", "config -h", "--help", "--version", ""],
  ],
};

/** What the command makes of arguments for Pulumi. */
function madeOf(line: string): string {
  const args = line.split(" ").filter(Boolean);
  const needs = (own: boolean) =>
    Object.entries(needsOf(args, own))
      .filter(([, needed]) => needed)
      .map(([what]) => what)
      .join(" and ") || "nothing";
  try {
    const [own, shared] = [needs(true), needs(false)];
    return [
      `stack: ${stackOf(args) ?? "-"}`,
      `needs: ${own === shared ? own : `${own}; ${shared} in a backend of others`}`,
      `runs: ${["pulumi", ...passedOn(args, "CONFIG")].join(" ")}`,
    ].join("\n  ");
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
}

it("arguments for Pulumi are passed on, once what they need is there", async () => {
  const texts = Object.entries(lines).map(([what, all]) =>
    [`# ${what}`, ...all.map((line) => `${`pulumi ${line}`.trim()}\n  ${madeOf(line)}`)].join("\n"),
  );
  await expect(`${texts.join("\n\n")}\n`).toMatchFileSnapshot("snapshots/pass-through.txt");
});

it("options for Pulumi that npm may not take are those that change what it acts on", () => {
  const names = pulumiOptions.map(({ long }) => long);
  expect(names).toEqual(
    expect.arrayContaining(["--stack", "--yes", "--target", "--secret", "--cwd"]),
  );
});
