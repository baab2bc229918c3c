// @ts-check
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { capture } from "./process.mjs";
import { logsCommand } from "./services.mjs";

/**
 * @typedef {import("./services.mjs").Part} Container
 *
 * @typedef {object} LogOptions
 * @property {string} tail - how many of each container's last lines, or all
 * @property {boolean} timestamps - whether to show when each line was written
 *
 * @typedef {object} LogLine
 * @property {string} time - RFC 3339 with nine decimals in UTC, so that text order is time order
 * @property {string} text
 */

/**
 * Splits a line of `docker logs --timestamps`.
 *
 * @param {string} line
 * @returns {LogLine}
 */
export function parseLogLine(line) {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)(?: (.*))?$/s.exec(line);
  return match ? { time: match[1], text: match[2] ?? "" } : { time: "", text: line };
}

/**
 * What stands in front of a container's lines.
 *
 * @param {Container} container
 * @returns {string}
 */
export function nameOf({ part, number }) {
  return number ? `${part} ${number}` : part;
}

/**
 * The lines of several containers in the order in which they were written, with
 * the container in front.
 *
 * @param {{ name: string, lines: LogLine[] }[]} logs
 * @param {boolean} timestamps
 * @returns {string[]}
 */
export function mergeLogs(logs, timestamps) {
  const width = Math.max(0, ...logs.map(({ name }) => name.length));
  return logs
    .flatMap(({ name, lines }) => lines.map((line) => ({ name, line })))
    .sort((a, b) => (a.line.time < b.line.time ? -1 : a.line.time > b.line.time ? 1 : 0))
    .map(({ name, line }) => renderLogLine(name.padEnd(width), line, timestamps));
}

/**
 * @param {string} host - Docker Engine
 * @param {Container[]} containers
 * @param {LogOptions} options
 * @returns {Promise<string[]>} lines
 */
export async function readLogs(host, containers, { tail, timestamps }) {
  const logs = await Promise.all(
    containers.map(async (container) => {
      const options = ["--timestamps", "--tail", tail, container.id];
      const args = ["--host", host, ...logsCommand(container), ...options];
      const { stdout, stderr } = await capture("docker", args);
      const lines = [...stdout.split("\n"), ...stderr.split("\n")].filter(Boolean);
      return { name: nameOf(container), lines: lines.map(parseLogLine) };
    }),
  );
  return mergeLogs(logs, timestamps);
}

/**
 * Prints lines as they are written, until the containers end or Ctrl-C.
 *
 * @param {string} host - Docker Engine
 * @param {Container[]} containers
 * @param {LogOptions} options
 * @param {(line: string) => void} print
 */
export async function followLogs(host, containers, { tail, timestamps }, print) {
  const width = Math.max(0, ...containers.map((container) => nameOf(container).length));
  await Promise.all(
    containers.map((container) => {
      const args = [
        "--host",
        host,
        ...logsCommand(container),
        "--follow",
        "--timestamps",
        "--tail",
        tail,
        container.id,
      ];
      const child = spawn("docker", args, { stdio: ["ignore", "pipe", "pipe"] });
      const name = nameOf(container).padEnd(width);
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on("line", (line) =>
          print(renderLogLine(name, parseLogLine(line), timestamps)),
        );
      }
      return new Promise((resolve) => child.on("close", resolve).on("error", resolve));
    }),
  );
}

/**
 * A line as it is shown, with what said it in front.
 *
 * @param {string} name - padded
 * @param {LogLine} line
 * @param {boolean} timestamps
 * @returns {string}
 */
export function renderLogLine(name, { time, text }, timestamps) {
  return `${name} | ${timestamps ? `${time} ` : ""}${text}`;
}
