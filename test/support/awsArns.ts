const here = "eu-central-1:123456789012";
const on = (service: string, prefix: string) => (name: string) =>
  `arn:aws:${service}:${here}:${prefix}${name}-1a2b3c4`;
const inIam = (kind: string) => (name: string) =>
  `arn:aws:iam::123456789012:${kind}/${name}-1a2b3c4`;
const bucket = (name: string) =>
  `arn:aws:s3:::${name.endsWith("-logs") ? name : `${name}-logs`}-1a2b3c4`;

/** What the actions of a type's own service are on, where the policy goes by names. */
export const arns: Record<string, (name: string) => string> = {
  "aws:autoscaling/group:Group": (name) =>
    `arn:aws:autoscaling:${here}:autoScalingGroup:x:autoScalingGroupName/${name}-1`,
  "aws:cloudwatch/dashboard:Dashboard": (name) =>
    `arn:aws:cloudwatch::123456789012:dashboard/tfserving-dev-${name}`,
  "aws:cloudwatch/logGroup:LogGroup": on("logs", "log-group:"),
  "aws:cloudwatch/metricAlarm:MetricAlarm": on("cloudwatch", "alarm:"),
  "aws:ecs/capacityProvider:CapacityProvider": on("ecs", "capacity-provider/"),
  "aws:ecs/cluster:Cluster": on("ecs", "cluster/"),
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": on("ecs", "cluster/"),
  "aws:ecs/service:Service": on("ecs", "service/serving-1a2b3c4/"),
  "aws:ecs/taskDefinition:TaskDefinition": (name) =>
    `arn:aws:ecs:${here}:task-definition/tfserving-dev-${name}:1`,
  "aws:iam/instanceProfile:InstanceProfile": inIam("instance-profile"),
  "aws:iam/role:Role": inIam("role"),
  "aws:iam/rolePolicy:RolePolicy": inIam("role"),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": inIam("role"),
  "aws:lb/listener:Listener": () =>
    `arn:aws:elasticloadbalancing:${here}:listener/app/serving-1a2b3c4/0123/4567`,
  "aws:lb/listenerRule:ListenerRule": () =>
    `arn:aws:elasticloadbalancing:${here}:listener-rule/app/serving-1a2b3c4/01/23/45`,
  "aws:lb/loadBalancer:LoadBalancer": on("elasticloadbalancing", "loadbalancer/app/"),
  "aws:lb/targetGroup:TargetGroup": on("elasticloadbalancing", "targetgroup/"),
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucket,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucket,
  "aws:s3/bucketPolicy:BucketPolicy": bucket,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucket,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": bucket,
  "aws:scheduler/schedule:Schedule": on("scheduler", "schedule/default/"),
  "aws:secretsmanager/secret:Secret": on("secretsmanager", "secret:"),
  "aws:secretsmanager/secretVersion:SecretVersion": on("secretsmanager", "secret:"),
  "aws:sns/topic:Topic": on("sns", ""),
  "aws:sns/topicPolicy:TopicPolicy": on("sns", ""),
};

/** What actions of another service are on that AWS calls with the rights of the caller. */
export const furtherArns: Record<string, Record<string, string>> = {
  // https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
  "aws:appautoscaling/policy:Policy": {
    cloudwatch: `arn:aws:cloudwatch:${here}:alarm:TargetTracking-service/serving-1a2b3c4/serving-5d6e7f8-AlarmHigh-0a`,
  },
  "aws:wafv2/webAclAssociation:WebAclAssociation": {
    elasticloadbalancing: `arn:aws:elasticloadbalancing:${here}:loadbalancer/app/serving-1a2b3c4/0123`,
  },
};
