/** A repository behind GitHub's REST API. */
export interface Repository {
  /** Such as https://api.github.com. */
  readonly api: string;
  /** OWNER/NAME. */
  readonly name: string;
  readonly token: string;
}

interface Text {
  readonly id: number;
  readonly number: number;
  readonly body: string | null;
}

const pageSize = 100;

/** Writes a comment on a pull request, or writes the one with the same mark anew. */
export async function keepComment(
  repository: Repository,
  pullRequest: number,
  mark: string,
  text: string,
): Promise<void> {
  const comments = `issues/${pullRequest}/comments`;
  const body = `${text}\n${hidden(mark)}\n`;
  const found = await marked(repository, comments, mark);
  await (found
    ? call(repository, "PATCH", `issues/comments/${found.id}`, { body })
    : call(repository, "POST", comments, { body }));
}

/**
 * Keeps one issue of a mark: open with a text as long as there is one, closed else.
 *
 * @param text - undefined closes it
 */
export async function keepIssue(
  repository: Repository,
  mark: string,
  title: string,
  text: string | undefined,
): Promise<void> {
  const found = await marked(repository, `issues?state=open&labels=${mark}`, mark);
  const body = `${text}\n${hidden(mark)}\n`;
  if (text === undefined) {
    await (found && call(repository, "PATCH", `issues/${found.number}`, { state: "closed" }));
  } else if (found) {
    await call(repository, "PATCH", `issues/${found.number}`, { title, body });
  } else {
    await call(repository, "POST", "issues", { title, body, labels: [mark] });
  }
}

/**
 * The run of a workflow on the pull request that a commit came from: its artifacts hold the plans.
 * Undefined where there was none. Runs of forks do not count.
 */
export async function runBefore(
  repository: Repository,
  commit: string,
  workflow: string,
): Promise<number | undefined> {
  const pulls = (await call(repository, "GET", `commits/${commit}/pulls`)) as {
    merged_at: string | null;
    head: { sha: string };
  }[];
  const merged = pulls.find((pull) => pull.merged_at !== null);
  if (!merged) {
    return undefined;
  }
  const query = `event=pull_request&status=completed&head_sha=${merged.head.sha}`;
  const { workflow_runs: runs } = (await call(
    repository,
    "GET",
    `actions/workflows/${workflow}/runs?${query}`,
  )) as { workflow_runs: { id: number; head_repository: { full_name: string } }[] };
  return runs.find((run) => run.head_repository.full_name === repository.name)?.id;
}

/** The comment or issue with a mark. */
async function marked(
  repository: Repository,
  list: string,
  mark: string,
): Promise<Text | undefined> {
  for (let page = 1; ; page++) {
    const query = `${list.includes("?") ? "&" : "?"}per_page=${pageSize}&page=${page}`;
    const texts = (await call(repository, "GET", `${list}${query}`)) as Text[];
    const found = texts.find(({ body }) => body?.includes(hidden(mark)));
    if (found || texts.length < pageSize) {
      return found;
    }
  }
}

/** A mark that nobody sees. */
function hidden(mark: string): string {
  return `<!-- tfserving: ${mark} -->`;
}

async function call(
  { api, name, token }: Repository,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const answer = await fetch(`${api}/repos/${name}/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) {
    throw new Error(`GitHub answers ${answer.status} to ${method} ${path}: ${await answer.text()}`);
  }
  return answer.json();
}
