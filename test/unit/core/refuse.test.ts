import { inspect } from "node:util";

import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";

import { refuse } from "../../../components/core/arguments/refuse";

const errors = [
  { propertyPath: "replicas", reason: "is 0: use a whole number from 1 to 256" },
  { propertyPath: "cpus", reason: 'is "two": use a number' },
];

function refused(): unknown {
  try {
    refuse("DockerModelService", "serving", errors);
  } catch (error) {
    return error;
  }
  return undefined;
}

it("a program in another language gets the problems one by one", () => {
  const error = refused();
  expect(pulumi.InputPropertiesError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({
    message: "DockerModelService serving cannot work with these arguments",
    errors,
  });
});

it("a program in Node.js gets every problem, and no stack trace", () => {
  expect(inspect(refused()).split("\n")).toEqual([
    "DockerModelService serving cannot work with these arguments:",
    "  replicas: is 0: use a whole number from 1 to 256",
    '  cpus: is "two": use a number',
  ]);
});

it("arguments without problems are taken", () => {
  expect(() => refuse("DockerModelService", "serving", [])).not.toThrow();
});
