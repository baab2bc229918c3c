import tls from "node:tls";
import { daysLeft, expiryText, ownerOf, renewalDays } from "@tf-model-serving/core/facts";
import type { Fact } from "../targets/target";

const timeoutMs = 10_000;

/** A certificate, as a service shows it to its clients. */
export interface ShownCertificate {
  readonly subject: string;
  /** When it ends, such as `2027-02-25T01:46:04.000Z`. */
  readonly validTo: string;
  /** Whole days until then; negative once it has ended. */
  readonly daysLeft: number;
}

/**
 * The certificate that is served at a URL, whoever signed it. Undefined where nothing is encrypted
 * there, and where nobody answers, of which asking the models tells.
 */
export async function shownCertificate(url: string): Promise<ShownCertificate | undefined> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "https:") {
    return undefined;
  }
  const host = hostname.replace(/^\[|\]$/g, "");
  // It is only looked at: nothing is sent to it, nor believed of it.
  const socket = tls.connect({ host, port: Number(port || 443), rejectUnauthorized: false });
  const certificate = await new Promise<ReturnType<typeof socket.getPeerX509Certificate>>(
    (resolve) =>
      socket
        .once("secureConnect", () => resolve(socket.getPeerX509Certificate()))
        .once("error", () => resolve(undefined))
        .setTimeout(timeoutMs, () => resolve(undefined)),
  );
  // One that asks for a client's certificate breaks the connection off later still.
  socket.on("error", () => undefined).destroy();
  return (
    certificate && {
      subject: ownerOf(certificate),
      validTo: new Date(certificate.validTo).toISOString(),
      daysLeft: daysLeft(certificate),
    }
  );
}

/**
 * What there is to say of a certificate.
 *
 * @param renewal - what renews it
 */
export function certificateFact(certificate: ShownCertificate, renewal: string): Fact {
  const ends = `certificate of ${certificate.subject} ${expiryText(certificate)}`;
  const text = isEnding(certificate) ? `${ends}: ${renewal}` : ends;
  return { subject: "TLS", text };
}

/** Whether it is time to renew it. */
export function isEnding({ daysLeft }: ShownCertificate): boolean {
  return daysLeft < renewalDays;
}
