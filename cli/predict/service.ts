import { errorIn, parseAnswer } from "@tf-model-serving/core/facts";
import { npmRun } from "../output/console";
import { Failure } from "../output/failure";
import type { ModelSignature } from "../targets/target";
import { type Caller, connectionFailure, refusal, send } from "./caller";

const timeoutMs = 60_000;

/** A version of a model and what it does, as the service reports it. */
export interface VersionState {
  readonly version: string;
  /** AVAILABLE, LOADING, END, ... */
  readonly state: string;
  /** Why it is not served; empty where it is. */
  readonly message: string;
}

/** What a client sends: rows (`instances`) or columns (`inputs`). */
export interface PredictBody {
  signature_name?: string;
  instances?: unknown[];
  inputs?: unknown;
}

/**
 * Asks the service for a prediction.
 *
 * @param url - `http://HOST:PORT/v1/models/NAME`
 * @param stack - that serves, for advice
 * @returns one answer per row, or the columns
 */
export async function predict(
  url: string,
  body: PredictBody,
  stack: string,
  caller: Caller = {},
): Promise<unknown> {
  const answer = await request(
    `${url}:predict`,
    { method: "POST", body: JSON.stringify(body) },
    stack,
    caller,
  );
  return answer.predictions ?? answer.outputs;
}

/** The versions of a model and their states. */
export async function modelStatus(
  url: string,
  stack: string,
  caller: Caller = {},
): Promise<VersionState[]> {
  const { model_version_status: versions } = await request(url, {}, stack, caller);
  return versions.map(
    (one: { version: string; state: string; status?: { error_message?: string } }) => ({
      version: one.version,
      state: one.state,
      message: one.status?.error_message ?? "",
    }),
  );
}

interface SignatureMetadata {
  inputs?: Record<string, TensorMetadata>;
  outputs?: Record<string, TensorMetadata>;
}

interface TensorMetadata {
  dtype: string;
  tensor_shape: { dim?: { size: string }[]; unknown_rank?: boolean };
}

/**
 * Inputs and outputs of a signature, as the served model has them.
 *
 * @throws Failure where the model has no such signature
 */
export async function signatureOf(
  url: string,
  name: string,
  stack: string,
  caller: Caller = {},
): Promise<ModelSignature> {
  const { metadata } = await request(`${url}/metadata`, {}, stack, caller);
  const signatures: Record<string, SignatureMetadata> = metadata.signature_def.signature_def;
  const found = signatures[name];
  if (!found) {
    const known = Object.keys(signatures).filter((one) => !one.startsWith("__"));
    throw new Failure(
      `The model at ${url} has no signature ${name}: it has ${known.join(", ") || "none"}.`,
      `${npmRun("pulumi -- config set signatureName NAME", stack)}.`,
    );
  }
  return { inputs: tensors(found.inputs), outputs: tensors(found.outputs) };
}

function tensors(all: Record<string, TensorMetadata> = {}): ModelSignature["inputs"] {
  return Object.fromEntries(
    Object.entries(all).map(([name, { dtype, tensor_shape: shape }]) => [
      name,
      {
        dtype: dtype.replace(/^DT_/, "").toLowerCase(),
        ...(shape.unknown_rank ? {} : { shape: (shape.dim ?? []).map(({ size }) => Number(size)) }),
      },
    ]),
  );
}

/** That of fetch has its code in its cause. */
type ConnectionError = NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };

async function request(
  url: string,
  init: { method?: string; body?: string },
  stack: string,
  caller: Caller,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a server answers
): Promise<any> {
  let answer: Awaited<ReturnType<typeof send>>;
  try {
    answer = await send(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }, caller);
  } catch (error) {
    const { cause, code, message } = error as ConnectionError;
    throw connectionFailure(url, cause?.code ?? code ?? message, stack);
  }
  const { status, text } = answer;
  if (status < 200 || status > 299) {
    throw refusal(url, status, errorIn(text), stack);
  }
  return parseAnswer(text);
}

/** JSON for people and programs: what is no finite number stands as the text `NaN` or `Infinity`. */
export function toJson(value: unknown, indent?: number): string {
  const readable = (_: string, one: unknown) =>
    typeof one === "number" && !Number.isFinite(one) ? String(one) : one;
  return JSON.stringify(value, readable, indent);
}
