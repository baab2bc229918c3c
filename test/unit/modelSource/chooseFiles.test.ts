import { expect, it } from "vitest";
import { chooseFiles } from "../../../components/core/modelSource/chooseFiles";

const open = () => Promise.reject(new Error("nothing is read"));

/** What is left of a listing. */
function chosen(paths: string[], versions: string[] = [], root?: string) {
  const files = paths.map((path) => ({ path, open, revision: `revision of ${path}` }));
  const resolved = { source: "s3://m", revision: "all", root, content: { files } };
  const { content, revision } = chooseFiles(resolved, { modelName: "my_model", versions });
  return { paths: "files" in content ? content.files.map(({ path }) => path) : [], revision };
}

const graphs = (folder: string, ...versions: string[]) =>
  versions.map((version) => `${folder}${version}/saved_model.pb`);

it("of several versions the highest is fetched, by number", () => {
  expect(chosen([...graphs("", "9", "10"), "10/variables/a", "notes.txt"]).paths).toEqual([
    ...["10/saved_model.pb", "10/variables/a"],
  ]);
});

it("versions may lie in the model's folder, and below a root", () => {
  const both = graphs("data/my_model/", "1", "2");
  expect(chosen(both, [], "data").paths).toEqual(["data/my_model/2/saved_model.pb"]);
});

it("versions are chosen by number, whatever zeros their folders have", () => {
  expect(chosen(graphs("", "003", "4"), ["3"]).paths).toEqual(["003/saved_model.pb"]);
});

it("a folder without a graph is no version yet", () => {
  expect(chosen([...graphs("", "1"), "2/variables/a"]).paths).toEqual(["1/saved_model.pb"]);
});

it("a change of what is not fetched is none", () => {
  const { revision } = chosen(graphs("", "1", "2"));
  expect(revision).not.toBe("all");
  expect(chosen(graphs("", "0", "1", "2")).revision).toBe(revision);
  expect(chosen(["saved_model.pb"]).revision).toBe("all");
});

it("a version that is not there is refused", () => {
  expect(() => chosen(graphs("", "1", "2"), ["7"])).toThrow(
    "it has no version 7; versions there: 1, 2",
  );
});
