// Stands for tensorflow_model_server in tests of the supervisor: same flags, the status URL only.
// Its gRPC port takes HTTP calls that steer it:
//   PUT /models/NAME   the answer for that model: {"code", "states"} | {"code", "body"} | {"hang": true} |
//                      {"raw", "open"}: these bytes, and whether the connection stays open;
//                      a model without an answer gives 404
//   POST /listen, /close      opens or closes the REST port (closed at first, as while loading)
//   POST /exit/CODE           ends with that code
//   POST /orphan              leaves a dead process behind whose parent is gone
//   GET /info                 {"argv", "pid"}
// FAKE_SIGTERM=ignore: does not end on SIGTERM.
import { spawn } from "child_process";
import * as http from "http";

const flag = (name) =>
  Number(process.argv.find((argument) => argument.startsWith(`--${name}=`)).split("=")[1]);

const answers = {};
let rest;

// A test that fails may kill the supervisor, which then cannot end this process.
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(1), 500);

if (process.env.FAKE_SIGTERM === "ignore") {
  process.on("SIGTERM", () => {});
}

function status({ states, body }) {
  const versions = Object.entries(states ?? {}).map(([version, state]) => ({
    version,
    state: state.split(" ")[0],
    status: { error_code: "OK", error_message: state.split(" ").slice(1).join(" ") },
  }));
  return body ?? JSON.stringify({ model_version_status: versions }, null, 1);
}

function serveModel(request, response) {
  const answer = answers[request.url.replace("/v1/models/", "")] ?? { code: 404, body: "{}" };
  if (answer.raw !== undefined) {
    request.socket[answer.open ? "write" : "end"](answer.raw);
  } else if (!answer.hang) {
    response.writeHead(answer.code ?? 200).end(status(answer));
  }
}

const actions = {
  listen: () => (rest = http.createServer(serveModel).listen(flag("rest_api_port"), "127.0.0.1")),
  close: () => {
    rest.close();
    rest.closeAllConnections();
  },
  exit: (code) => process.exit(Number(code)),
  orphan: () => spawn("sh", ["-c", "(sleep 0.1; exit 3) & exit 0"], { stdio: "ignore" }),
};

async function steer(request, response) {
  const [, action, value] = request.url.split("/");
  const chunks = await request.toArray();
  if (action === "info") {
    response.end(JSON.stringify({ argv: process.argv.slice(2), pid: process.pid }));
    return;
  }
  if (action === "models") {
    answers[value] = JSON.parse(Buffer.concat(chunks).toString());
  } else {
    actions[action](value);
  }
  response.end();
}

http.createServer(steer).listen(flag("port"), "127.0.0.1");
