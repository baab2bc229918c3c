// Answers aws:ecr/getImages from a registry of this machine, by REGISTRY_URL and REGISTRY_LOGIN.
import pulumi from "@pulumi/pulumi";

const version = "7.48.0";

pulumi.provider.main(
  {
    version,
    schema: JSON.stringify({ name: "aws", version, resources: {} }),
    checkConfig: (_urn, _olds, inputs) => ({ inputs }),
    diffConfig: () => ({ changes: false }),
    invoke: async (_token, { repositoryName }) => ({
      outputs: { repositoryName, imageIds: await listImages(repositoryName) },
    }),
  },
  process.argv.slice(2),
);

async function listImages(repository) {
  const list = await ask(`${repository}/tags/list`);
  const { tags } = list.status === 404 ? { tags: [] } : await list.json();
  return Promise.all(
    (tags ?? []).map(async (imageTag) => {
      const manifest = await ask(`${repository}/manifests/${imageTag}`);
      return { imageTag, imageDigest: manifest.headers.get("docker-content-digest") };
    }),
  );
}

function ask(path) {
  const login = Buffer.from(process.env.REGISTRY_LOGIN).toString("base64");
  return fetch(`${process.env.REGISTRY_URL}/v2/${path}`, {
    headers: {
      authorization: `Basic ${login}`,
      accept: "application/vnd.docker.distribution.manifest.v2+json",
    },
  });
}
