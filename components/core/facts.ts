/** What the components know without Pulumi: other programs, such as the npm commands, load it fast. */
export { parseImageReference } from "./arguments/imageReference";
export { stackLabel } from "./stack/stackLabel";
export { defaultDockerHost, tlsOf, usualEngine } from "./engine/dockerContext";
export type { EngineTls } from "./engine/dockerContext";
export { loginOf } from "./engine/dockerLogins";
export { connect as connectEngine, isLocal as isLocalEngine } from "./engine/engineClient";
export { cardText, metricsText } from "./tfserving/modelCard";
export type { ModelCard } from "./tfserving/modelCard";
export { shownValue } from "./evaluation/verdict";
export { errorIn, parseAnswer, scoresIn } from "./tfserving/answers";
export { type PictureInput, pictureInput, pictureInstance } from "./tfserving/pictures";
export { balancerMemoryMb } from "./serving/balancerSize";
