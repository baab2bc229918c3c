/** An IAM policy as text. */
export function policyDocument(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Statements that let ECS pull images of one repository. */
export function pullImage(repositoryArn: string): object[] {
  return [
    {
      Sid: "PullThisImage",
      Effect: "Allow",
      Action: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
      ],
      Resource: repositoryArn,
    },
    {
      // A login is for the whole registry, so AWS knows no resource for it:
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
      Sid: "LogInToTheRegistry",
      Effect: "Allow",
      Action: "ecr:GetAuthorizationToken",
      Resource: "*",
    },
  ];
}

/** A statement that lets ECS write the streams of one log group. */
export function writeLog(logGroupArn: string): object {
  return {
    Sid: "WriteThisLog",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `${logGroupArn.replace(/:\*$/, "")}:log-stream:*`,
  };
}

const openChannels = [
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];

/** A statement with what ECS Exec's agent in a container needs. */
export function openExecChannels(): object {
  return {
    // Channels have no name before they are opened, so AWS knows no resource for them:
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    Sid: "OpenExecChannels",
    Effect: "Allow",
    Action: openChannels,
    Resource: "*",
  };
}

/**
 * A statement that lets Session Manager reach an instance. AWS's managed policy
 * AmazonSSMManagedInstanceCore can also read every parameter.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
 */
export function sessionManager(): object {
  return {
    Sid: "SessionManager",
    Effect: "Allow",
    Action: ["ssm:UpdateInstanceInformation", ...openChannels],
    // As AWS documents it: the channels have no resource types.
    Resource: "*",
  };
}
