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
export { daysLeft, expiryText, ownerOf, renewalDays } from "./serving/edge/certificates";
export { balancerMemoryMb } from "./serving/balancer/size";
export { checkModelSource } from "./modelSource/kinds";
export { namesServing } from "./tfserving/baseImage";
export { problemsOf } from "./arguments/schema";
export {
  checkClientName,
  digitsOf,
  hashApiKey,
  makeApiKey,
  ownClients,
} from "./serving/edge/apiKeys";
export { verbNames } from "./tfserving/verbs";
export { networkName } from "./serving/checkReplicas";
export { checkServerOptions } from "./tfserving/checkServerOptions";
export type { ModelConfigOptions } from "./tfserving/modelConfig";
export { checkModelFolder } from "./tfserving/modelFolder";
export { readServer } from "./tfserving/readServer";
export { checkServedModels } from "./tfserving/servedModels";
export type { ServerOptions } from "./tfserving/serverOptions";
