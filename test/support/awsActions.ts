/** What a resource type costs in permissions: calls of the AWS provider, by what Pulumi does. */
export interface Actions {
  create: string;
  read: string;
  update: string;
  delete: string;
  /** What the actions are on, where the policy goes by names; `*` stands for what AWS makes up. */
  arn?: (name: string) => string;
  /** The same for actions of another service that AWS calls with the rights of the caller. */
  further?: Record<string, string>;
}

const here = "eu-central-1:123456789012";
const on = (service: string, prefix: string) => (name: string) =>
  `arn:aws:${service}:${here}:${prefix}${name}-1a2b3c4`;
const inIam = (kind: string) => (name: string) =>
  `arn:aws:iam::123456789012:${kind}/${name}-1a2b3c4`;
const bucket = (name: string) =>
  `arn:aws:s3:::${name.endsWith("-logs") ? name : `${name}-logs`}-1a2b3c4`;

/** Reads of a bucket that the provider makes whatever is configured. */
const readBucket =
  "s3:ListBucket s3:GetBucketAcl s3:GetBucketCORS s3:GetBucketLogging s3:GetBucketPolicy " +
  "s3:GetBucketRequestPayment s3:GetBucketTagging s3:GetBucketVersioning s3:GetBucketWebsite " +
  "s3:GetAccelerateConfiguration s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration " +
  "s3:GetReplicationConfiguration s3:GetBucketObjectLockConfiguration s3:ListTagsForResource";
const readInstance =
  "ec2:DescribeInstances ec2:DescribeInstanceTypes ec2:DescribeInstanceAttribute ec2:DescribeVolumes " +
  "ec2:DescribeInstanceCreditSpecifications ec2:DescribeTags";

/**
 * Actions of every resource type of AWS that the components register, by AWS's own names.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const awsActions: Record<string, Actions> = {
  "aws:appautoscaling/policy:Policy": {
    create:
      "application-autoscaling:PutScalingPolicy cloudwatch:PutMetricAlarm cloudwatch:DescribeAlarms",
    read: "application-autoscaling:DescribeScalingPolicies",
    update: "application-autoscaling:PutScalingPolicy cloudwatch:PutMetricAlarm",
    delete: "application-autoscaling:DeleteScalingPolicy cloudwatch:DeleteAlarms",
    // https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
    further: {
      cloudwatch: `arn:aws:cloudwatch:${here}:alarm:TargetTracking-service/serving-1a2b3c4/serving-5d6e7f8-AlarmHigh-0a`,
    },
  },
  "aws:appautoscaling/target:Target": {
    create:
      "application-autoscaling:RegisterScalableTarget application-autoscaling:TagResource iam:CreateServiceLinkedRole",
    read: "application-autoscaling:DescribeScalableTargets application-autoscaling:ListTagsForResource",
    update: "application-autoscaling:RegisterScalableTarget application-autoscaling:UntagResource",
    delete: "application-autoscaling:DeregisterScalableTarget",
  },
  "aws:autoscaling/group:Group": {
    create:
      "autoscaling:CreateAutoScalingGroup autoscaling:CreateOrUpdateTags ec2:RunInstances ec2:CreateTags " +
      "iam:PassRole iam:CreateServiceLinkedRole",
    read: "autoscaling:DescribeAutoScalingGroups autoscaling:DescribeScalingActivities",
    update:
      "autoscaling:UpdateAutoScalingGroup autoscaling:DeleteTags autoscaling:StartInstanceRefresh " +
      "autoscaling:CancelInstanceRefresh autoscaling:DescribeInstanceRefreshes",
    delete: "autoscaling:DeleteAutoScalingGroup",
    arn: (name) => `arn:aws:autoscaling:${here}:autoScalingGroup:x:autoScalingGroupName/${name}-1`,
  },
  "aws:cloudwatch/dashboard:Dashboard": {
    create: "cloudwatch:PutDashboard",
    read: "cloudwatch:GetDashboard",
    update: "cloudwatch:PutDashboard",
    delete: "cloudwatch:DeleteDashboards",
    arn: (name) => `arn:aws:cloudwatch::123456789012:dashboard/tfserving-dev-${name}`,
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    create: "logs:CreateLogGroup logs:PutRetentionPolicy logs:TagResource logs:AssociateKmsKey",
    read: "logs:DescribeLogGroups logs:ListTagsForResource",
    update: "logs:PutRetentionPolicy logs:DisassociateKmsKey logs:UntagResource",
    delete: "logs:DeleteLogGroup",
    arn: on("logs", "log-group:"),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    create: "cloudwatch:PutMetricAlarm cloudwatch:TagResource",
    read: "cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource",
    update: "cloudwatch:PutMetricAlarm cloudwatch:UntagResource",
    delete: "cloudwatch:DeleteAlarms",
    arn: on("cloudwatch", "alarm:"),
  },
  "aws:ebs/volume:Volume": {
    create: "ec2:CreateVolume ec2:CreateTags",
    read: "ec2:DescribeVolumes",
    update: "ec2:ModifyVolume ec2:DescribeVolumesModifications ec2:DeleteTags",
    delete: "ec2:DeleteVolume",
  },
  "aws:ec2/eip:Eip": {
    create: "ec2:AllocateAddress ec2:CreateTags",
    read: "ec2:DescribeAddresses ec2:DescribeAddressesAttribute",
    update: "ec2:DeleteTags",
    delete: "ec2:ReleaseAddress",
  },
  "aws:ec2/eipAssociation:EipAssociation": {
    create: "ec2:AssociateAddress",
    read: "ec2:DescribeAddresses",
    update: "ec2:AssociateAddress",
    delete: "ec2:DisassociateAddress",
  },
  "aws:ec2/instance:Instance": {
    create: "ec2:RunInstances ec2:CreateTags iam:PassRole ec2:DescribeImages",
    read: readInstance,
    update:
      "ec2:ModifyInstanceAttribute ec2:ModifyInstanceMetadataOptions ec2:StopInstances ec2:StartInstances ec2:ModifyVolume",
    delete: "ec2:TerminateInstances ec2:DescribeNetworkInterfaces",
  },
  "aws:ec2/keyPair:KeyPair": {
    create: "ec2:ImportKeyPair ec2:CreateTags",
    read: "ec2:DescribeKeyPairs",
    update: "ec2:DeleteTags",
    delete: "ec2:DeleteKeyPair",
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    create: "ec2:CreateLaunchTemplate ec2:CreateTags",
    read: "ec2:DescribeLaunchTemplates ec2:DescribeLaunchTemplateVersions",
    update: "ec2:CreateLaunchTemplateVersion ec2:ModifyLaunchTemplate ec2:DeleteTags",
    delete: "ec2:DeleteLaunchTemplate",
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    create: "ec2:CreateSecurityGroup ec2:CreateTags ec2:RevokeSecurityGroupEgress",
    read: "ec2:DescribeSecurityGroups",
    update: "ec2:DeleteTags",
    delete: "ec2:DeleteSecurityGroup ec2:DescribeNetworkInterfaces",
  },
  "aws:ec2/volumeAttachment:VolumeAttachment": {
    create: "ec2:AttachVolume",
    read: "ec2:DescribeVolumes ec2:DescribeInstances",
    update: "ec2:AttachVolume",
    delete: "ec2:DetachVolume ec2:StopInstances",
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    create: "ec2:CreateVpcEndpoint ec2:CreateTags route53:AssociateVPCWithHostedZone",
    read: "ec2:DescribeVpcEndpoints ec2:DescribePrefixLists",
    update: "ec2:ModifyVpcEndpoint ec2:DeleteTags",
    delete: "ec2:DeleteVpcEndpoints",
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    create: "ecr:PutLifecyclePolicy",
    read: "ecr:GetLifecyclePolicy",
    update: "ecr:PutLifecyclePolicy",
    delete: "ecr:DeleteLifecyclePolicy",
  },
  "aws:ecr/repository:Repository": {
    create: "ecr:CreateRepository ecr:TagResource",
    read: "ecr:DescribeRepositories ecr:ListTagsForResource",
    update: "ecr:PutImageScanningConfiguration ecr:UntagResource",
    delete: "ecr:DeleteRepository",
  },
  "aws:ecs/capacityProvider:CapacityProvider": {
    create: "ecs:CreateCapacityProvider ecs:TagResource autoscaling:CreateOrUpdateTags",
    read: "ecs:DescribeCapacityProviders",
    update: "ecs:UpdateCapacityProvider ecs:UntagResource",
    delete: "ecs:DeleteCapacityProvider",
    arn: on("ecs", "capacity-provider/"),
  },
  "aws:ecs/cluster:Cluster": {
    create: "ecs:CreateCluster ecs:TagResource iam:CreateServiceLinkedRole",
    read: "ecs:DescribeClusters",
    update: "ecs:UpdateCluster ecs:UntagResource",
    delete: "ecs:DeleteCluster",
    arn: on("ecs", "cluster/"),
  },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": {
    create: "ecs:PutClusterCapacityProviders",
    read: "ecs:DescribeClusters",
    update: "ecs:PutClusterCapacityProviders",
    delete: "ecs:PutClusterCapacityProviders",
    arn: on("ecs", "cluster/"),
  },
  "aws:ecs/service:Service": {
    create: "ecs:CreateService ecs:TagResource",
    read: "ecs:DescribeServices ecs:ListServiceDeployments ecs:DescribeServiceDeployments",
    update: "ecs:UpdateService ecs:UntagResource",
    delete: "ecs:UpdateService ecs:DeleteService",
    arn: on("ecs", "service/serving-1a2b3c4/"),
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    create: "ecs:RegisterTaskDefinition ecs:TagResource iam:PassRole",
    read: "ecs:DescribeTaskDefinition",
    update: "ecs:UntagResource",
    delete: "ecs:DeregisterTaskDefinition",
    arn: (name) => `arn:aws:ecs:${here}:task-definition/tfserving-dev-${name}:1`,
  },
  "aws:efs/accessPoint:AccessPoint": {
    create: "elasticfilesystem:CreateAccessPoint elasticfilesystem:TagResource",
    read: "elasticfilesystem:DescribeAccessPoints",
    update: "elasticfilesystem:UntagResource",
    delete: "elasticfilesystem:DeleteAccessPoint",
  },
  "aws:efs/backupPolicy:BackupPolicy": {
    create: "elasticfilesystem:PutBackupPolicy",
    read: "elasticfilesystem:DescribeBackupPolicy",
    update: "elasticfilesystem:PutBackupPolicy",
    delete: "elasticfilesystem:PutBackupPolicy",
  },
  "aws:efs/fileSystem:FileSystem": {
    create:
      "elasticfilesystem:CreateFileSystem elasticfilesystem:TagResource elasticfilesystem:PutLifecycleConfiguration",
    read: "elasticfilesystem:DescribeFileSystems elasticfilesystem:DescribeLifecycleConfiguration",
    update: "elasticfilesystem:UpdateFileSystem elasticfilesystem:PutLifecycleConfiguration",
    delete: "elasticfilesystem:DeleteFileSystem",
  },
  "aws:efs/fileSystemPolicy:FileSystemPolicy": {
    create: "elasticfilesystem:PutFileSystemPolicy",
    read: "elasticfilesystem:DescribeFileSystemPolicy",
    update: "elasticfilesystem:PutFileSystemPolicy",
    delete: "elasticfilesystem:DeleteFileSystemPolicy",
  },
  "aws:efs/mountTarget:MountTarget": {
    create:
      "elasticfilesystem:CreateMountTarget ec2:DescribeSubnets ec2:DescribeNetworkInterfaces " +
      "ec2:CreateNetworkInterface iam:CreateServiceLinkedRole",
    read: "elasticfilesystem:DescribeMountTargets elasticfilesystem:DescribeMountTargetSecurityGroups",
    update: "elasticfilesystem:ModifyMountTargetSecurityGroups ec2:ModifyNetworkInterfaceAttribute",
    delete: "elasticfilesystem:DeleteMountTarget ec2:DeleteNetworkInterface",
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    create: "iam:CreateInstanceProfile iam:TagInstanceProfile iam:AddRoleToInstanceProfile",
    read: "iam:GetInstanceProfile",
    update: "iam:RemoveRoleFromInstanceProfile iam:UntagInstanceProfile",
    delete: "iam:DeleteInstanceProfile",
    arn: inIam("instance-profile"),
  },
  "aws:iam/role:Role": {
    create: "iam:CreateRole iam:TagRole",
    read: "iam:GetRole iam:ListRolePolicies iam:ListAttachedRolePolicies",
    update:
      "iam:UpdateRole iam:UpdateRoleDescription iam:UpdateAssumeRolePolicy iam:UntagRole iam:PassRole",
    delete: "iam:DeleteRole iam:ListInstanceProfilesForRole",
    arn: inIam("role"),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    create: "iam:PutRolePolicy",
    read: "iam:GetRolePolicy",
    update: "iam:PutRolePolicy",
    delete: "iam:DeleteRolePolicy",
    arn: inIam("role"),
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    create: "iam:AttachRolePolicy",
    read: "iam:ListAttachedRolePolicies",
    update: "iam:AttachRolePolicy",
    delete: "iam:DetachRolePolicy",
    arn: inIam("role"),
  },
  "aws:kms/key:Key": {
    create: "kms:CreateKey kms:TagResource kms:EnableKeyRotation",
    read: "kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags",
    update: "kms:PutKeyPolicy kms:UpdateKeyDescription kms:UntagResource",
    delete: "kms:ScheduleKeyDeletion",
  },
  "aws:lb/listener:Listener": {
    create: "elasticloadbalancing:CreateListener elasticloadbalancing:AddTags",
    read: "elasticloadbalancing:DescribeListeners elasticloadbalancing:DescribeListenerAttributes",
    update: "elasticloadbalancing:ModifyListener elasticloadbalancing:ModifyListenerAttributes",
    delete: "elasticloadbalancing:DeleteListener",
    arn: () => `arn:aws:elasticloadbalancing:${here}:listener/app/serving-1a2b3c4/0123/4567`,
  },
  "aws:lb/listenerRule:ListenerRule": {
    create: "elasticloadbalancing:CreateRule elasticloadbalancing:AddTags",
    read: "elasticloadbalancing:DescribeRules elasticloadbalancing:DescribeTags",
    update: "elasticloadbalancing:ModifyRule elasticloadbalancing:SetRulePriorities",
    delete: "elasticloadbalancing:DeleteRule",
    arn: () => `arn:aws:elasticloadbalancing:${here}:listener-rule/app/serving-1a2b3c4/01/23/45`,
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    create:
      "elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:AddTags " +
      "elasticloadbalancing:ModifyLoadBalancerAttributes iam:CreateServiceLinkedRole " +
      // The service looks with the caller's rights, as its policy ElasticLoadBalancingFullAccess shows.
      "ec2:DescribeAccountAttributes ec2:DescribeInternetGateways ec2:DescribeSecurityGroups " +
      "ec2:DescribeSubnets ec2:DescribeVpcs",
    read:
      "elasticloadbalancing:DescribeLoadBalancers elasticloadbalancing:DescribeLoadBalancerAttributes " +
      "elasticloadbalancing:DescribeCapacityReservation elasticloadbalancing:DescribeTags",
    update:
      "elasticloadbalancing:SetSubnets elasticloadbalancing:SetSecurityGroups elasticloadbalancing:RemoveTags",
    delete: "elasticloadbalancing:DeleteLoadBalancer ec2:DescribeNetworkInterfaces",
    arn: on("elasticloadbalancing", "loadbalancer/app/"),
  },
  "aws:lb/targetGroup:TargetGroup": {
    create:
      "elasticloadbalancing:CreateTargetGroup elasticloadbalancing:AddTags " +
      "elasticloadbalancing:ModifyTargetGroupAttributes",
    read: "elasticloadbalancing:DescribeTargetGroups elasticloadbalancing:DescribeTargetGroupAttributes",
    update: "elasticloadbalancing:ModifyTargetGroup",
    delete: "elasticloadbalancing:DeleteTargetGroup",
    arn: on("elasticloadbalancing", "targetgroup/"),
  },
  "aws:route53/record:Record": {
    create: "route53:ChangeResourceRecordSets route53:GetChange",
    read: "route53:GetHostedZone route53:ListResourceRecordSets",
    update: "route53:ChangeResourceRecordSets",
    delete: "route53:ChangeResourceRecordSets",
  },
  "aws:s3/bucket:Bucket": {
    create: "s3:CreateBucket s3:TagResource s3:PutBucketTagging",
    read: readBucket,
    update: "s3:UntagResource",
    delete: "s3:DeleteBucket s3:ListBucketVersions s3:DeleteObject s3:DeleteObjectVersion",
    arn: bucket,
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    create: "s3:PutLifecycleConfiguration",
    read: "s3:GetLifecycleConfiguration",
    update: "s3:PutLifecycleConfiguration",
    delete: "s3:PutLifecycleConfiguration",
    arn: bucket,
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    create: "s3:PutBucketOwnershipControls",
    read: "s3:GetBucketOwnershipControls",
    update: "s3:PutBucketOwnershipControls",
    delete: "s3:PutBucketOwnershipControls",
    arn: bucket,
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    create: "s3:PutBucketPolicy",
    read: "s3:GetBucketPolicy",
    update: "s3:PutBucketPolicy",
    delete: "s3:DeleteBucketPolicy",
    arn: bucket,
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    create: "s3:PutBucketPublicAccessBlock",
    read: "s3:GetBucketPublicAccessBlock",
    update: "s3:PutBucketPublicAccessBlock",
    delete: "s3:PutBucketPublicAccessBlock",
    arn: bucket,
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    create: "s3:PutEncryptionConfiguration",
    read: "s3:GetEncryptionConfiguration",
    update: "s3:PutEncryptionConfiguration",
    delete: "s3:PutEncryptionConfiguration",
    arn: bucket,
  },
  "aws:scheduler/schedule:Schedule": {
    create: "scheduler:CreateSchedule iam:PassRole",
    read: "scheduler:GetSchedule",
    update: "scheduler:UpdateSchedule",
    delete: "scheduler:DeleteSchedule",
    arn: on("scheduler", "schedule/default/"),
  },
  "aws:secretsmanager/secret:Secret": {
    create: "secretsmanager:CreateSecret secretsmanager:TagResource",
    read: "secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy",
    update: "secretsmanager:UpdateSecret secretsmanager:UntagResource",
    delete: "secretsmanager:DeleteSecret",
    arn: on("secretsmanager", "secret:"),
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    create: "secretsmanager:PutSecretValue",
    read: "secretsmanager:GetSecretValue secretsmanager:DescribeSecret",
    update: "secretsmanager:UpdateSecretVersionStage",
    delete: "secretsmanager:UpdateSecretVersionStage",
    arn: on("secretsmanager", "secret:"),
  },
  "aws:sns/topic:Topic": {
    create: "sns:CreateTopic sns:TagResource sns:SetTopicAttributes",
    read: "sns:GetTopicAttributes sns:ListTagsForResource",
    update: "sns:SetTopicAttributes sns:UntagResource",
    delete: "sns:DeleteTopic",
    arn: on("sns", ""),
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    create: "sns:SetTopicAttributes",
    read: "sns:GetTopicAttributes",
    update: "sns:SetTopicAttributes",
    delete: "sns:SetTopicAttributes",
    arn: on("sns", ""),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    create: "sns:Subscribe",
    read: "sns:GetSubscriptionAttributes",
    update: "sns:SetSubscriptionAttributes",
    delete: "sns:Unsubscribe",
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    create: "ec2:AuthorizeSecurityGroupEgress ec2:CreateTags",
    read: "ec2:DescribeSecurityGroupRules",
    update: "ec2:ModifySecurityGroupRules ec2:DeleteTags",
    delete: "ec2:RevokeSecurityGroupEgress",
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    create: "ec2:AuthorizeSecurityGroupIngress ec2:CreateTags",
    read: "ec2:DescribeSecurityGroupRules",
    update: "ec2:ModifySecurityGroupRules ec2:DeleteTags",
    delete: "ec2:RevokeSecurityGroupIngress",
  },
  "aws:wafv2/webAclAssociation:WebAclAssociation": {
    create:
      "wafv2:AssociateWebACL elasticloadbalancing:SetWebAcl elasticloadbalancing:CreateWebACLAssociation",
    read: "wafv2:GetWebACLForResource wafv2:GetWebACL elasticloadbalancing:GetLoadBalancerWebACL",
    update: "wafv2:AssociateWebACL",
    delete: "wafv2:DisassociateWebACL elasticloadbalancing:DeleteWebACLAssociation",
    further: {
      elasticloadbalancing: `arn:aws:elasticloadbalancing:${here}:loadbalancer/app/serving-1a2b3c4/0123`,
    },
  },
};

/** Actions of the provider's functions that the program calls; an empty text for those that need none. */
export const functionActions: Record<string, string> = {
  "aws:ec2/getInstanceType:getInstanceType": "ec2:DescribeInstanceTypes",
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": "ec2:DescribeInstanceTypeOfferings",
  "aws:ec2/getRouteTables:getRouteTables": "ec2:DescribeRouteTables",
  "aws:ec2/getSubnet:getSubnet": "ec2:DescribeSubnets",
  "aws:ec2/getSubnets:getSubnets": "ec2:DescribeSubnets",
  "aws:ec2/getVpcEndpointService:getVpcEndpointService": "ec2:DescribeVpcEndpointServices",
  "aws:ec2/getVpc:getVpc": "ec2:DescribeVpcs ec2:DescribeVpcAttribute ec2:DescribeRouteTables",
  "aws:ecr/getImages:getImages": "ecr:ListImages ecr:DescribeImages",
  "aws:index/getCallerIdentity:getCallerIdentity": "",
  "aws:index/getPartition:getPartition": "",
  "aws:index/getRegion:getRegion": "",
  "aws:ssm/getParameter:getParameter": "ssm:GetParameter",
};

/** A login to ECR, for which a preview does not ask, the look for a tag, and a push. */
export const pushActions =
  "ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer " +
  "ecr:InitiateLayerUpload ecr:UploadLayerPart ecr:CompleteLayerUpload ecr:PutImage";
