import type { Entry } from "../../cli/accessLog/entry";

/** A request as a balancer writes it down: a picture over REST that was answered. */
export function entry(more: Partial<Entry> = {}): Entry {
  return {
    ...{ time: "2026-01-01T00:00:01.250Z", requestId: "5f0c", client: "web" },
    ...{ api: "rest", model: "my_model", version: "", verb: "predict", method: "POST" },
    ...{ status: 200, bytesIn: 602_112, bytesOut: 1480, queueMs: 0, serverMs: 11, totalMs: 12 },
    ...{
      replica: "172.18.0.4:8501",
      release: "0f3c9a5d2b71",
      refusal: "",
      sample: 1,
      clientCertificate: "",
    },
    ...more,
  };
}
