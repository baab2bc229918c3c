import { Writable } from "stream";
import Docker from "dockerode";
import { connect, stackLabel } from "./engine";
import { lastWords } from "./lastWords";
import { endedBeforeReady, notReadyInTime } from "./startFailure";

/** What to tell of a container that does not start: which one it is, and a sentence with its last lines. */
export interface StartFailure {
  part: string;
  /** Number of the replica. @default - the part is there once */
  number?: string;
  message: string;
}

// Those that run the supervisor, which says when it is ready.
const watchedParts = ["replica", "canary"];
const keptCharacters = 20_000;

/**
 * Watches the containers of a stack that are created from now on until each has started.
 *
 * The provider looks at a container's health once a second, learns nothing from one that ended, and
 * gives up without a word of what it said. This follows what each new container says: it knows at
 * once when one is ready, and when one ended or took too long it hands over the last lines and
 * removes the container, whereupon the provider gives up too.
 */
export class StartWatch {
  private readonly ready = new Map<string, { promise: Promise<void>; resolve: () => void }>();
  private readonly created = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly streams = new Set<NodeJS.ReadableStream>();
  private closed = false;

  private constructor(
    private readonly docker: Docker,
    private readonly timeoutSeconds: number,
    private readonly failed: (failure: StartFailure) => void,
  ) {}

  /**
   * Begins to watch.
   *
   * @param host - address of the Docker Engine
   * @param stack - `<project>/<stack>`
   * @param timeoutSeconds - how long a container may take from its start until it is ready
   * @param failed - called for each container that does not start
   * @param sshOptions - further arguments of ssh for an `ssh://` address
   * @throws Error when the engine does not answer
   */
  static async open(
    host: string,
    stack: string,
    timeoutSeconds: number,
    failed: (failure: StartFailure) => void,
    sshOptions: string[] = [],
  ): Promise<StartWatch> {
    const watch = new StartWatch(connect(host, 0, sshOptions), timeoutSeconds, failed);
    const events = await watch.docker.getEvents({
      filters: {
        type: ["container"],
        event: ["create", "start"],
        label: [`${stackLabel}=${stack}`],
      },
    });
    watch.follow(events);
    let rest = "";
    events.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      lines.filter(Boolean).forEach((line) => watch.take(JSON.parse(line)));
    });
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

  private take({ Action, Actor }: ContainerEvent): void {
    const { "tfserving.part": part, "tfserving.replica": number } = Actor.Attributes;
    if (Action === "create" && watchedParts.includes(part)) {
      this.created.add(Actor.ID);
    } else if (Action === "start" && this.created.delete(Actor.ID)) {
      void this.start(Actor.ID, part, number);
    }
  }

  /** Follows what a container says until it is ready or has failed. */
  private async start(id: string, part: string, number?: string): Promise<void> {
    const container = this.docker.getContainer(id);
    let said = "";
    let settled = false;
    const fail = async (why: string) => {
      if (settled || this.closed) return;
      settled = true;
      this.failed({ part, number, message: `${why}.${lastWords(said)}` });
      await container.remove({ force: true }).catch(() => undefined);
    };
    const timer = setTimeout(() => {
      void fail(notReadyInTime(this.timeoutSeconds));
    }, this.timeoutSeconds * 1000);
    this.timers.add(timer);
    const stream = await container.logs({ follow: true, stdout: true, stderr: true });
    this.follow(stream);
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        said = (said + chunk.toString()).slice(-keptCharacters);
        if (!settled && /^supervisor: ready$/m.test(said)) {
          settled = true;
          clearTimeout(timer);
          this.entry(part, number).resolve();
          (stream as unknown as { destroy(): void }).destroy();
        }
        done();
      },
    });
    this.docker.modem.demuxStream(stream, sink, sink);
    stream.on("end", () => void howItEnded(container).then(fail));
  }

  /** Keeps a stream from being the reason why the program does not end. */
  private follow(stream: NodeJS.ReadableStream): void {
    this.streams.add(stream);
    stream.on("error", () => undefined);
    (stream as unknown as { socket?: { unref(): void } }).socket?.unref();
  }
}

interface ContainerEvent {
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
}

async function howItEnded(container: Docker.Container): Promise<string> {
  try {
    const { State } = await container.inspect();
    return endedBeforeReady(State.ExitCode, State.OOMKilled);
  } catch {
    return "ended before it was ready";
  }
}
