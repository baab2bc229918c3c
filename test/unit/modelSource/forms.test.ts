import { expect, it } from "vitest";
import { checkModelSource } from "@tf-model-serving/core";

it.each([
  "mlflow:models:/flowers/3",
  "mlflow:models:/flowers/Production",
  "mlflow:models:/flowers@champion",
  "oci://registry.example.com:5000/team/flowers:v3",
  `oci://docker.io/team/flowers@sha256:${"a".repeat(64)}`,
  "dvc:models/flowers@v3",
  "dvc:git@example.com:team/models.git#models/flowers@feature/x",
  "hf://reef/flowers",
  "hf://reef/flowers/saved/3@refs/pr/1",
  "gs://models/flowers/3",
  "az://reef/models/flowers.tar.gz",
])("%s can be a source", (source) => {
  expect(checkModelSource(source)).toEqual([]);
});

it.each([
  ["mlflow:models:/flowers", "use mlflow:models:/NAME/VERSION, "],
  ["mlflow:runs:/1234/model", "use mlflow:models:/NAME/VERSION, "],
  ["oci://team/flowers:v3", "it names no registry: use oci://REGISTRY/REPOSITORY:TAG"],
  ["oci://registry.example.com/Flowers", "use oci://REGISTRY/REPOSITORY:TAG"],
  ["dvc:models/flowers", "use dvc:PATH@REVISION or dvc:REPOSITORY#PATH@REVISION"],
  ["dvc:https://ada:pw@example.com/m.git#m@v1", "it holds a login, which would be in the state"],
  ["hf://flowers", "use hf://ORGANISATION/REPOSITORY[/PATH][@REVISION]"],
  ["gs://Models", "use gs://BUCKET/PREFIX"],
  ["az://reef", "use az://ACCOUNT/CONTAINER/PREFIX"],
])("%s is refused", (source, reason) => {
  expect(checkModelSource(source)).toEqual([expect.stringContaining(reason)]);
});
