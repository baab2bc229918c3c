// What a package promises to the programs that use it, and what a change takes back. Pulumi's
// schema-tools compares too, but is a Go program that knows neither our releases nor nested paths.

/** A property, or what an array or a map holds. */
interface Shape {
  type?: string;
  $ref?: string;
  plain?: boolean;
  items?: Shape;
  additionalProperties?: Shape;
}

interface Type {
  properties?: Record<string, Shape>;
  required?: string[];
  enum?: { value: string }[];
}

/** The parts of a package's schema.json that programs depend on. */
export interface Schema {
  version: string;
  resources: Record<
    string,
    Type & { inputProperties?: Record<string, Shape>; requiredInputs?: string[] }
  >;
  types?: Record<string, Type>;
}

/** A schema without its texts. */
export interface Surface {
  version: string;
  /** Types by path, such as `EcsCluster.inputs.tags`; a type ends in `?` where the value may be absent. */
  members: Record<string, string>;
}

/** What a package with this schema promises: every component, input, output and value of an enum. */
export function surfaceOf({ version, resources, types = {} }: Schema): Surface {
  const members: [string, string][] = [];
  for (const [token, resource] of Object.entries(resources)) {
    const name = token.split(":")[2];
    members.push([name, token]);
    addAll(`${name}.inputs`, resource.inputProperties, resource.requiredInputs);
    addAll(`${name}.outputs`, resource.properties, resource.required);
  }
  const sorted = members.sort(([one], [other]) => (one < other ? -1 : 1));
  return { version, members: Object.fromEntries(sorted) };

  function addAll(path: string, shapes: Record<string, Shape> = {}, required: string[] = []) {
    for (const [name, shape] of Object.entries(shapes)) {
      const member = `${path}.${name}`;
      members.push([member, `${typeText(shape)}${required.includes(name) ? "" : "?"}`]);
      addNested(member, shape);
    }
  }

  function addNested(path: string, { $ref, items, additionalProperties }: Shape): void {
    const type = types[$ref?.replace("#/types/", "") ?? ""];
    addAll(path, type?.properties, type?.required);
    type?.enum?.forEach(({ value }) => members.push([`${path}=${value}`, "value"]));
    if (items) addNested(`${path}[]`, items);
    if (additionalProperties) addNested(`${path}[key]`, additionalProperties);
  }
}

function typeText({ type, $ref, plain, items, additionalProperties }: Shape): string {
  const held = items ?? additionalProperties;
  const name = $ref ? $ref.replace("#/types/", "") : type!;
  return `${plain ? "plain " : ""}${held ? `${name} of ${typeText(held)}` : name}`;
}

/**
 * What programs that were written for a release find changed under them, a sentence each; what is
 * new, wider or no longer required breaks none of them.
 *
 * @param released - what the last release promised
 * @param current - what the next one would
 */
export function brokenPromises(released: Surface, current: Surface): string[] {
  const changed = Object.entries(released.members).flatMap(([member, before]) => {
    const now = current.members[member];
    if (now === undefined) {
      return isUnder(current, member) ? [`${member} is removed`] : [];
    }
    return change(member, before, now);
  });
  const demanded = Object.entries(current.members)
    .filter(([member, type]) => !(member in released.members) && isRequiredInput(member, type))
    .filter(([member]) => isUnder(released, member))
    .map(([member]) => `${member} is new and required`);
  return [...changed, ...demanded];
}

/** Whether what a member belongs to is there: what went or came as a whole is one change. */
function isUnder({ members }: Surface, member: string): boolean {
  const path = member.replace(/(\[\]|\[key\])*(\.\w+|=.*)$/, "");
  const parent = path.replace(/^(\w+)\.(inputs|outputs)$/, "$1");
  return parent === member || parent in members;
}

function isRequiredInput(member: string, type: string): boolean {
  return isInput(member) && !type.endsWith("?") && type !== "value";
}

function isInput(member: string): boolean {
  return member.split(".")[1] === "inputs";
}

function change(member: string, before: string, now: string): string[] {
  const [typeBefore, typeNow] = [before, now].map((text) => text.replace(/\?$/, ""));
  // An input that also takes outputs of other resources takes all that it took.
  const isWider = isInput(member) && typeBefore.replaceAll("plain ", "") === typeNow;
  if (typeBefore !== typeNow && !isWider) {
    return [`${member} was ${typeBefore} and is ${typeNow}`];
  }
  if (isInput(member) && before.endsWith("?") && !now.endsWith("?")) {
    return [`${member} was optional and is required`];
  }
  if (!isInput(member) && !before.endsWith("?") && now.endsWith("?")) {
    return [`${member} was always there and may be absent`];
  }
  return [];
}

/** Whether a version may break what an earlier one promised: it is another major, before 1.0 another minor. */
export function mayBreak(earlier: string, later: string): boolean {
  const promise = (version: string) => /^(0\.)?\d+/.exec(version)![0];
  return promise(earlier) !== promise(later);
}
