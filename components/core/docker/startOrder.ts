import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { settled } from "../stack/onceServing";
import { currentStack } from "../stack/currentStack";
import { valueOf } from "../arguments/valueOf";
import { servedOn } from "../serving/startFailure";
import { StartFailure, StartWatch } from "./startWatch";

/** Where the containers are that one component starts. */
export interface WatchedEngine {
  host: pulumi.Input<string>;
  sshOptions?: pulumi.Input<string[]>;
  /** Name of the component's own network, which tells its containers from others of the stack. */
  network: pulumi.Input<string>;
}

/**
 * The order in which containers start: so many at a time, each next one when an earlier one is
 * ready, since one that loads its model takes the CPUs that others serve with.
 *
 * Containers wait for a promise and not for each other (`dependsOn`): Pulumi would also stop them
 * one after another then, and each takes its time to drain.
 */
export class StartOrder {
  private readonly watch: Promise<StartWatch | undefined>;

  /**
   * @param engine - Docker Engine and network whose containers are watched while they start; none
   * in a preview
   * @param startTimeoutSeconds - how long each may take until it is ready
   * @param component - what failures are reported on: a resource that fails never gets its URN
   */
  constructor(
    engine: WatchedEngine,
    startTimeoutSeconds: number,
    private readonly component: pulumi.Resource,
  ) {
    this.watch = pulumi.runtime.isDryRun()
      ? Promise.resolve(undefined)
      : this.open(engine, startTimeoutSeconds);
  }

  /**
   * Declares containers in their order.
   *
   * @param part - their label `tfserving.part`
   * @param count - how many
   * @param atATime - how many may start at the same time
   * @param untilJoined - whether each next one waits until an earlier one gets requests, and not
   * only until it is ready
   * @param create - declares one; has to use `turn` for an input
   */
  declare(
    part: string,
    count: number,
    { atATime, untilJoined }: { atATime: number; untilJoined: boolean },
    create: (number: number, turn: Promise<void>) => docker.Container,
  ): { containers: docker.Container[]; firstReady: Promise<void> } {
    const containers: docker.Container[] = [];
    const begun: Promise<void>[] = [];
    const opened = this.watch.then(() => undefined);
    for (let index = 0; index < count; index++) {
      const number = index + 1;
      const container = create(number, begun[index - atATime] ?? opened);
      containers.push(container);
      begun.push(this.begins(part, number, container, untilJoined));
    }
    return { containers, firstReady: begun[0] };
  }

  /** Ends the watch when all that was declared is there. */
  async end(containers: docker.Container[]): Promise<void> {
    const watch = await this.watch;
    await Promise.all(containers.map(({ id }) => settled(id)));
    watch?.close();
  }

  /** An unchanged container is known at once; a new one once Docker calls it healthy: it has joined. */
  private async begins(
    part: string,
    number: number,
    container: docker.Container,
    untilJoined: boolean,
  ): Promise<void> {
    if (pulumi.runtime.isDryRun()) return;
    const watch = untilJoined ? undefined : await this.watch;
    await Promise.race([settled(container.id), ...(watch ? [watch.whenReady(part, number)] : [])]);
  }

  /** Without a watch all works as well, later and with less to read. */
  private async open(
    engine: WatchedEngine,
    startTimeoutSeconds: number,
  ): Promise<StartWatch | undefined> {
    if (!(await settled(pulumi.output(engine)))) {
      return undefined;
    }
    const { host, sshOptions, network } = await valueOf(engine);
    const failed = (failure: StartFailure) => {
      void pulumi.log.error(failureText(failure), this.component);
    };
    try {
      const containers = { stack: currentStack(), network };
      return await StartWatch.open(host, containers, startTimeoutSeconds, failed, sshOptions);
    } catch (error) {
      void pulumi.log.debug(`cannot watch containers on ${host}: ${(error as Error).message}`);
      return undefined;
    }
  }
}

/** The value, once its turn has come; without any dependency. */
export function after<T>(turn: Promise<void>, value: pulumi.Input<T>): pulumi.Output<T> {
  return pulumi.all([value, turn]).apply(([known]) => known) as pulumi.Output<T>;
}

function failureText({ part, number, message }: StartFailure): string {
  return `The new ${part} ${number} ${message}\n${servedOn}`;
}
