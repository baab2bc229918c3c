import { expect, it } from "vitest";

import { networkNames } from "../../../components/core/serving/addresses";

it.each([
  ["tf_model_serving", ["tf_model_serving", "tf-model-serving"]],
  ["a__b_c", ["a__b_c", "a--b-c"]],
  ["serving", ["serving"]],
  ["tf-model-serving", ["tf-model-serving"]],
])("a service %s is found as %j", (serviceName, names) => {
  expect(networkNames(serviceName)).toEqual(names);
});
