import * as path from "path";
import { debianTool } from "../../test/support/debianTool";
import { imageName, removeImages } from "./images";
import { Run, run } from "./process";

/** Files of the peers: what people run today instead. */
export const peers = path.join(__dirname, "..", "peers");

export interface ComposeSettings {
  /** Name of the project, in lower case. */
  project: string;
  modelName: string;
  restPort: number;
  grpcPort: number;
}

export interface Compose {
  /** Brings the project to this serving image, as `docker-compose up -d` does. */
  up: (servingImage: string) => Promise<Run>;
  /** Removes the project's containers and network. */
  down: () => Promise<Run>;
}

/** Environment of the compose file, for docker-compose and for `docker stack deploy`. */
export function peerEnvironment(settings: ComposeSettings, servingImage: string) {
  return {
    SERVING_IMAGE: servingImage,
    BALANCER_IMAGE: imageName("balancerImage"),
    MODEL_NAME: settings.modelName,
    REST_PORT: String(settings.restPort),
    GRPC_PORT: String(settings.grpcPort),
  };
}

/** docker-compose with the peers' file; `later` gets the project's removal. */
export function openCompose(
  settings: ComposeSettings,
  later: (cleanUp: () => unknown) => void,
): Compose {
  const program = debianTool("docker-compose", "docker-compose");
  const file = path.join(peers, "docker-compose.yml");
  let image = "none";
  // --compatibility: else version 1 ignores the number of replicas and their limits.
  const call = (...args: string[]) =>
    run(program, ["--compatibility", "-p", settings.project, "-f", file, ...args], {
      env: { ...process.env, ...peerEnvironment(settings, image) },
    });
  const down = () => call("down", "--timeout", "1");
  later(down);
  return {
    down,
    up: (servingImage) => {
      image = servingImage;
      return call("up", "-d");
    },
  };
}

/** Builds the peers' two-line image from a model folder; `later` gets its removal. */
export async function buildPeerImage(
  name: string,
  modelFolder: string,
  later: (cleanUp: () => unknown) => void,
): Promise<Run> {
  later(() => removeImages(name));
  const dockerfile = path.join(peers, "Dockerfile");
  return run("docker", [
    ...["build", "--quiet", "--tag", name, "--file", dockerfile],
    ...["--build-arg", `BASE_IMAGE=${imageName("baseImage")}`, modelFolder],
  ]);
}
