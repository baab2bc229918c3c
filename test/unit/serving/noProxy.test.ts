import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { loopbackCommand } from "../../../components/core/serving/notebook/jupyter";
import { directHosts, noProxyEnvironment } from "../../../components/core/serving/notebook/noProxy";

const addresses = {
  restUrl: "http://tf_model_serving:8501/v1/models/my_model",
  grpcAddress: "tf_model_serving:8500",
};
const own = "localhost,127.0.0.1,tf_model_serving,tf-model-serving";

describe("what a notebook calls without a proxy", () => {
  it("is itself and the service, by both of its names", () => {
    expect(directHosts(addresses).join(",")).toBe(own);
  });

  it("is itself alone where the service has no address", () => {
    expect(directHosts({ restUrl: "", grpcAddress: "" })).toEqual(["localhost", "127.0.0.1"]);
  });

  it("is a load balancer's name, which has no port", () => {
    const hosts = directHosts({ restUrl: "https://model.test/v1/models/m", grpcAddress: "" });
    expect(hosts).toContain("model.test");
  });

  it.each([
    ["without any", [], own],
    ["with its own in both spellings", ["no_proxy=.a.test, b", "NO_PROXY=b"], `.a.test,b,${own}`],
    ["with an empty one", ["PATH=/bin", "NO_PROXY="], own],
  ])("comes after what the image names: %s", (_, image, hosts) => {
    expect(noProxyEnvironment(addresses, image)).toEqual({ NO_PROXY: hosts, no_proxy: hosts });
  });

  it.each([
    [{}, own],
    [{ NO_PROXY: ".a.test" }, `.a.test,${own}`],
    [{ no_proxy: "b" }, `b,${own}`],
  ])(
    "is what JupyterLab at the end of a tunnel starts with, where the image has %o",
    (env, hosts) => {
      const [shell, ...script] = loopbackCommand(addresses);
      const shown = script.map((text) =>
        text.replace(/exec .*/, 'echo "$NO_PROXY|$no_proxy|$start"'),
      );
      const said = execFileSync(shell, shown, { env: { PATH: process.env.PATH, ...env } });
      expect(String(said).trim()).toBe(`${hosts}|${hosts}|jupyter lab`);
    },
  );
});
