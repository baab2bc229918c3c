import { Writable } from "stream";
import { finished } from "stream/promises";
import { setTimeout as pause } from "timers/promises";
import Docker from "dockerode";
import { connect } from "../engine/engine";
import { lastWords } from "../serving/lastWords";
import { stackLabel } from "../stack/stackLabel";
import { endedBeforeReady, notReadyInTime } from "../serving/startFailure";

/** What to tell of a container that does not start: which one it is, and a sentence with its last lines. */
export interface StartFailure {
  part: string;
  /** Number of the replica. @default - the part is there once */
  number?: string;
  message: string;
}

/** Which containers of an engine are watched. */
export interface WatchedContainers {
  /** Their stack, `<project>/<stack>`. */
  stack: string;
  /** Name of the network that they are on: one of a single component of the stack. */
  network: string;
}

// Those that run the supervisor, which says when it is ready.
const watchedParts = ["replica", "canary"];
const keptCharacters = 20_000;
const retryMs = 1000;

/**
 * Watches the containers of a component that start from now on until each is ready.
 *
 * The provider looks at a container's health once a second, learns nothing from one that ended, and
 * gives up without a word of what it said. This follows what each new container says: it knows at
 * once when one is ready, and when one ended or took too long it hands over the last lines and
 * removes the container, whereupon the provider gives up too.
 *
 * An engine that breaks a connection off is asked again: only what it says of a container counts.
 */
export class StartWatch {
  private readonly ready = new Map<string, { promise: Promise<void>; resolve: () => void }>();
  private readonly created = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly streams = new Set<NodeJS.ReadableStream>();
  private closed = false;

  private constructor(
    private readonly docker: Docker,
    private readonly containers: WatchedContainers,
    private readonly timeoutSeconds: number,
    private readonly failed: (failure: StartFailure) => void,
  ) {}

  /**
   * Begins to watch.
   *
   * @param host - address of the Docker Engine
   * @param containers - which of its containers
   * @param timeoutSeconds - how long a container may take from its start until it is ready
   * @param failed - called for each container that does not start
   * @param sshOptions - further arguments of ssh for an `ssh://` address
   * @throws Error when the engine does not answer
   */
  static async open(
    host: string,
    containers: WatchedContainers,
    timeoutSeconds: number,
    failed: (failure: StartFailure) => void,
    sshOptions: string[] = [],
  ): Promise<StartWatch> {
    const docker = connect(host, 0, sshOptions);
    const watch = new StartWatch(docker, containers, timeoutSeconds, failed);
    const events = await watch.events();
    void watch.followEvents(events);
    return watch;
  }

  /** Resolves when the new container of a part, and number, is ready; never where none is created. */
  whenReady(part: string, number?: number): Promise<void> {
    return this.entry(part, number === undefined ? undefined : String(number)).promise;
  }

  /** Ends all watching. */
  close(): void {
    this.closed = true;
    this.timers.forEach(clearTimeout);
    this.streams.forEach((stream) => (stream as unknown as { destroy(): void }).destroy());
  }

  private entry(part: string, number?: string) {
    const key = `${part} ${number ?? ""}`;
    const known = this.ready.get(key);
    if (known) {
      return known;
    }
    let resolve = () => {};
    const promise = new Promise<void>((done) => (resolve = done));
    const entry = { promise, resolve };
    this.ready.set(key, entry);
    return entry;
  }

  /** @param since - time of the first event, in seconds and their fractions. @default - now */
  private events(since?: unknown): Promise<NodeJS.ReadableStream> {
    return this.docker.getEvents({
      // A number would lose the nanoseconds.
      since: since as number | undefined,
      filters: {
        type: ["container"],
        event: ["create", "start"],
        label: [`${stackLabel}=${this.containers.stack}`],
      },
    });
  }

  /** Takes events until the watch is closed, over as many connections as that needs. */
  private async followEvents(first: NodeJS.ReadableStream): Promise<void> {
    let last: string | undefined;
    let stream: NodeJS.ReadableStream | undefined = first;
    while (!this.closed) {
      let rest = "";
      stream?.on("data", (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split("\n");
        rest = lines.pop() ?? "";
        for (const event of lines.flatMap(parsedEvent)) {
          if (event.timeNano !== last) this.take(event);
          last = event.timeNano;
        }
      });
      if (stream) await this.ended(stream);
      if (this.closed) return;
      await pause(retryMs, undefined, { ref: false });
      stream = await this.events(last && inSeconds(last)).catch(() => undefined);
    }
  }

  private take({ Action, Actor }: ContainerEvent): void {
    const { "tfserving.part": part, "tfserving.replica": number } = Actor.Attributes;
    if (Action === "create" && watchedParts.includes(part)) {
      this.created.add(Actor.ID);
    } else if (Action === "start" && this.created.delete(Actor.ID)) {
      void this.start(this.docker.getContainer(Actor.ID), part, number);
    }
  }

  /** Follows what a container says until it is ready or has failed. */
  private async start(container: Docker.Container, part: string, number?: string): Promise<void> {
    let said = "";
    let ready = false;
    let failed = false;
    const fail = async (why: string) => {
      if (ready || failed || this.closed) return;
      failed = true;
      this.failed({ part, number, message: `${why}.${lastWords(said)}` });
      await container.remove({ force: true }).catch(() => undefined);
    };
    let how: string = State.Unknown;
    const late = () => {
      if (how !== State.Unknown) void fail(notReadyInTime(this.timeoutSeconds));
    };
    const timer = setTimeout(late, this.timeoutSeconds * 1000);
    this.timers.add(timer);

    how = await this.state(container);
    while (how !== State.Foreign && !failed && !this.closed) {
      said = "";
      // Perhaps another component's, as long as the engine has not said on which network it is.
      if (how !== State.Unknown) {
        await this.read(container, (text) => {
          said = (said + text).slice(-keptCharacters);
          ready = /^supervisor: ready$/m.test(said);
          return ready;
        });
      }
      if (ready) {
        this.entry(part, number).resolve();
        break;
      }
      how = await this.state(container);
      if (how === State.Running || how === State.Unknown) {
        await pause(retryMs, undefined, { ref: false });
      } else if (how !== State.Foreign) {
        await fail(how);
      }
    }
    clearTimeout(timer);
  }

  /** Hands over what a container has said and says, until it ends, the connection breaks or `enough`. */
  private async read(
    container: Docker.Container,
    enough: (text: string) => boolean,
  ): Promise<void> {
    const logs = { follow: true, stdout: true, stderr: true } as const;
    const stream = await container.logs(logs).catch(() => undefined);
    if (!stream) return;
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (enough(chunk.toString())) (stream as unknown as { destroy(): void }).destroy();
        done();
      },
    });
    this.docker.modem.demuxStream(stream, sink, sink);
    await this.ended(stream);
  }

  /** What the engine says of a container: one of State, or the sentence about how it ended. */
  private async state(container: Docker.Container): Promise<string> {
    try {
      const { State: now, RestartCount, NetworkSettings } = await container.inspect();
      if (!(this.containers.network in NetworkSettings.Networks)) return State.Foreign;
      // Docker starts one that ended anew, after a moment.
      const runs = now.Running && !now.Restarting && RestartCount === 0;
      return runs ? State.Running : endedBeforeReady(now.ExitCode, now.OOMKilled);
    } catch (error) {
      const gone = (error as { statusCode?: number }).statusCode === 404;
      return gone ? State.Foreign : State.Unknown;
    }
  }

  /** Resolves when a stream has ended, however; it is never why the program does not end. */
  private async ended(stream: NodeJS.ReadableStream): Promise<void> {
    this.streams.add(stream);
    (stream as unknown as { socket?: { unref(): void } }).socket?.unref();
    await finished(stream).catch(() => undefined);
    this.streams.delete(stream);
  }
}

enum State {
  /** On another network, or no longer there. */
  Foreign = "foreign",
  Running = "running",
  /** The engine does not answer. */
  Unknown = "unknown",
}

interface ContainerEvent {
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  timeNano: string;
}

/** An event of a line; none where the line is broken. Nanoseconds exceed what a number holds. */
function parsedEvent(line: string): ContainerEvent[] {
  try {
    const event = JSON.parse(line) as ContainerEvent;
    return [{ ...event, timeNano: /"timeNano":(\d+)/.exec(line)?.[1] ?? "" }];
  } catch {
    return [];
  }
}

/** Docker takes a time as seconds with a fraction. */
function inSeconds(nanoseconds: string): string {
  return `${nanoseconds.slice(0, -9)}.${nanoseconds.slice(-9)}`;
}
