// Stack traces as this program needs them: cheap where nobody reads them, readable where somebody does.
//
// - The SDK formats a stack trace for each promise that it makes, some 300 for a container, and
//   source-map-support maps every line of it: most of the time of a large preview. They serve only
//   PULUMI_DEBUG_PROMISE_LEAKS, with which they are kept.
// - The source maps of Pulumi's packages lead to files that are not shipped, and Node 20 takes half
//   a minute to colour the paths that come out. Their frames are shown as they are.
//
// See https://v8.dev/docs/stack-trace-api#customizing-stack-traces.

const sdk = /[\\/]node_modules[\\/]@pulumi[\\/]/;
const promises = /[\\/]@pulumi[\\/]pulumi[\\/]runtime[\\/]debuggable\.js$/;

const map = Error.prepareStackTrace;
if (map) {
  Error.prepareStackTrace = (error, frames) => {
    const fileOf = (frame?: NodeJS.CallSite) => frame?.getFileName() ?? "";
    if (promises.test(fileOf(frames[0])) && !process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
      return "";
    }
    const header: string = map(error, []);
    const lines = frames.map((frame) =>
      sdk.test(fileOf(frame)) ? `\n    at ${frame}` : map(error, [frame]).slice(header.length),
    );
    return header + lines.join("");
  };
}
