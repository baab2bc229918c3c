/** Names of AWS's actions by service. The first service is the resource type's own. */
export type Actions = Record<string, string>;

/**
 * What a resource type costs in permissions: the calls of the AWS provider when Pulumi creates, reads,
 * updates and deletes a resource. It has every type of AWS that the components register.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const awsActions: Record<string, Actions> = {
  "aws:appautoscaling/policy:Policy": {
    "application-autoscaling": "PutScalingPolicy DescribeScalingPolicies DeleteScalingPolicy",
    cloudwatch: "PutMetricAlarm DescribeAlarms DeleteAlarms",
  },
  "aws:appautoscaling/target:Target": {
    "application-autoscaling":
      "RegisterScalableTarget TagResource DescribeScalableTargets ListTagsForResource " +
      "UntagResource DeregisterScalableTarget",
    iam: "CreateServiceLinkedRole",
  },
  "aws:autoscaling/group:Group": {
    autoscaling:
      "CreateAutoScalingGroup CreateOrUpdateTags DescribeAutoScalingGroups " +
      "DescribeScalingActivities UpdateAutoScalingGroup DeleteTags " +
      "StartInstanceRefresh CancelInstanceRefresh DescribeInstanceRefreshes " +
      "DeleteAutoScalingGroup",
    ec2: "RunInstances CreateTags",
    iam: "PassRole CreateServiceLinkedRole",
  },
  "aws:cloudwatch/dashboard:Dashboard": {
    cloudwatch: "PutDashboard GetDashboard DeleteDashboards",
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    logs:
      "CreateLogGroup PutRetentionPolicy TagResource AssociateKmsKey " +
      "DescribeLogGroups ListTagsForResource DisassociateKmsKey UntagResource " +
      "DeleteLogGroup",
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    cloudwatch:
      "PutMetricAlarm TagResource DescribeAlarms ListTagsForResource UntagResource " +
      "DeleteAlarms",
  },
  "aws:ebs/volume:Volume": {
    ec2:
      "CreateVolume CreateTags DescribeVolumes ModifyVolume " +
      "DescribeVolumesModifications DeleteTags DeleteVolume",
  },
  "aws:ec2/eip:Eip": {
    ec2:
      "AllocateAddress CreateTags DescribeAddresses DescribeAddressesAttribute " +
      "DeleteTags ReleaseAddress",
  },
  "aws:ec2/eipAssociation:EipAssociation": {
    ec2: "AssociateAddress DescribeAddresses DisassociateAddress",
  },
  "aws:ec2/instance:Instance": {
    ec2:
      "RunInstances CreateTags DescribeImages DescribeInstances DescribeInstanceTypes " +
      "DescribeInstanceAttribute DescribeVolumes DescribeInstanceCreditSpecifications " +
      "DescribeTags ModifyInstanceAttribute ModifyInstanceMetadataOptions " +
      "StopInstances StartInstances ModifyVolume TerminateInstances " +
      "DescribeNetworkInterfaces",
    iam: "PassRole",
  },
  "aws:ec2/keyPair:KeyPair": {
    ec2: "ImportKeyPair CreateTags DescribeKeyPairs DeleteTags DeleteKeyPair",
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    ec2:
      "CreateLaunchTemplate CreateTags DescribeLaunchTemplates " +
      "DescribeLaunchTemplateVersions CreateLaunchTemplateVersion " +
      "ModifyLaunchTemplate DeleteTags DeleteLaunchTemplate",
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    ec2:
      "CreateSecurityGroup CreateTags RevokeSecurityGroupEgress " +
      "DescribeSecurityGroups DeleteTags DeleteSecurityGroup " +
      "DescribeNetworkInterfaces",
  },
  "aws:ec2/volumeAttachment:VolumeAttachment": {
    ec2: "AttachVolume DescribeVolumes DescribeInstances DetachVolume StopInstances",
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    ec2:
      "CreateVpcEndpoint CreateTags DescribeVpcEndpoints DescribePrefixLists " +
      "ModifyVpcEndpoint DeleteTags DeleteVpcEndpoints",
    route53: "AssociateVPCWithHostedZone",
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    ecr: "PutLifecyclePolicy GetLifecyclePolicy DeleteLifecyclePolicy",
  },
  "aws:ecr/repository:Repository": {
    ecr:
      "CreateRepository TagResource DescribeRepositories ListTagsForResource " +
      "PutImageScanningConfiguration UntagResource DeleteRepository",
  },
  "aws:ecs/capacityProvider:CapacityProvider": {
    ecs:
      "CreateCapacityProvider TagResource DescribeCapacityProviders " +
      "UpdateCapacityProvider UntagResource DeleteCapacityProvider",
    autoscaling: "CreateOrUpdateTags",
  },
  "aws:ecs/cluster:Cluster": {
    ecs: "CreateCluster TagResource DescribeClusters UpdateCluster UntagResource DeleteCluster",
    iam: "CreateServiceLinkedRole",
  },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": {
    ecs: "PutClusterCapacityProviders DescribeClusters",
  },
  "aws:ecs/service:Service": {
    ecs:
      "CreateService TagResource DescribeServices ListServiceDeployments " +
      "DescribeServiceDeployments UpdateService UntagResource DeleteService",
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    ecs:
      "RegisterTaskDefinition TagResource DescribeTaskDefinition UntagResource " +
      "DeregisterTaskDefinition",
    iam: "PassRole",
  },
  "aws:efs/accessPoint:AccessPoint": {
    elasticfilesystem:
      "CreateAccessPoint TagResource DescribeAccessPoints UntagResource DeleteAccessPoint",
  },
  "aws:efs/backupPolicy:BackupPolicy": {
    elasticfilesystem: "PutBackupPolicy DescribeBackupPolicy",
  },
  "aws:efs/fileSystem:FileSystem": {
    elasticfilesystem:
      "CreateFileSystem TagResource PutLifecycleConfiguration DescribeFileSystems " +
      "DescribeLifecycleConfiguration UpdateFileSystem DeleteFileSystem",
  },
  "aws:efs/fileSystemPolicy:FileSystemPolicy": {
    elasticfilesystem: "PutFileSystemPolicy DescribeFileSystemPolicy DeleteFileSystemPolicy",
  },
  "aws:efs/mountTarget:MountTarget": {
    elasticfilesystem:
      "CreateMountTarget DescribeMountTargets DescribeMountTargetSecurityGroups " +
      "ModifyMountTargetSecurityGroups DeleteMountTarget",
    ec2:
      "DescribeSubnets DescribeNetworkInterfaces CreateNetworkInterface " +
      "ModifyNetworkInterfaceAttribute DeleteNetworkInterface",
    iam: "CreateServiceLinkedRole",
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    iam:
      "CreateInstanceProfile TagInstanceProfile AddRoleToInstanceProfile " +
      "GetInstanceProfile RemoveRoleFromInstanceProfile UntagInstanceProfile " +
      "DeleteInstanceProfile",
  },
  "aws:iam/role:Role": {
    iam:
      "CreateRole TagRole GetRole ListRolePolicies ListAttachedRolePolicies " +
      "UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy UntagRole PassRole " +
      "DeleteRole ListInstanceProfilesForRole",
  },
  "aws:iam/rolePolicy:RolePolicy": { iam: "PutRolePolicy GetRolePolicy DeleteRolePolicy" },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    iam: "AttachRolePolicy ListAttachedRolePolicies DetachRolePolicy",
  },
  "aws:kms/key:Key": {
    kms:
      "CreateKey TagResource EnableKeyRotation DescribeKey GetKeyPolicy " +
      "GetKeyRotationStatus ListResourceTags PutKeyPolicy UpdateKeyDescription " +
      "UntagResource ScheduleKeyDeletion",
  },
  "aws:lb/listener:Listener": {
    elasticloadbalancing:
      "CreateListener AddTags DescribeListeners DescribeListenerAttributes " +
      "ModifyListener ModifyListenerAttributes DeleteListener",
  },
  "aws:lb/listenerRule:ListenerRule": {
    elasticloadbalancing:
      "CreateRule AddTags DescribeRules DescribeTags ModifyRule SetRulePriorities DeleteRule",
  },
  // The service looks with the caller's rights, as its policy ElasticLoadBalancingFullAccess shows.
  "aws:lb/loadBalancer:LoadBalancer": {
    elasticloadbalancing:
      "CreateLoadBalancer AddTags ModifyLoadBalancerAttributes DescribeLoadBalancers " +
      "DescribeLoadBalancerAttributes DescribeCapacityReservation DescribeTags " +
      "SetSubnets SetSecurityGroups RemoveTags DeleteLoadBalancer",
    iam: "CreateServiceLinkedRole",
    ec2:
      "DescribeAccountAttributes DescribeInternetGateways DescribeSecurityGroups " +
      "DescribeSubnets DescribeVpcs DescribeNetworkInterfaces",
  },
  "aws:lb/targetGroup:TargetGroup": {
    elasticloadbalancing:
      "CreateTargetGroup AddTags ModifyTargetGroupAttributes DescribeTargetGroups " +
      "DescribeTargetGroupAttributes ModifyTargetGroup DeleteTargetGroup",
  },
  "aws:route53/record:Record": {
    route53: "ChangeResourceRecordSets GetChange GetHostedZone ListResourceRecordSets",
  },
  "aws:s3/bucket:Bucket": {
    s3:
      "CreateBucket TagResource PutBucketTagging ListBucket GetBucketAcl " +
      "GetBucketCORS GetBucketLogging GetBucketPolicy GetBucketRequestPayment " +
      "GetBucketTagging GetBucketVersioning GetBucketWebsite " +
      "GetAccelerateConfiguration GetEncryptionConfiguration " +
      "GetLifecycleConfiguration GetReplicationConfiguration " +
      "GetBucketObjectLockConfiguration ListTagsForResource UntagResource " +
      "DeleteBucket ListBucketVersions DeleteObject DeleteObjectVersion",
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    s3: "PutLifecycleConfiguration GetLifecycleConfiguration",
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    s3: "PutBucketOwnershipControls GetBucketOwnershipControls",
  },
  "aws:s3/bucketPolicy:BucketPolicy": { s3: "PutBucketPolicy GetBucketPolicy DeleteBucketPolicy" },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    s3: "PutBucketPublicAccessBlock GetBucketPublicAccessBlock",
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    s3: "PutEncryptionConfiguration GetEncryptionConfiguration",
  },
  "aws:scheduler/schedule:Schedule": {
    scheduler: "CreateSchedule GetSchedule UpdateSchedule DeleteSchedule",
    iam: "PassRole",
  },
  "aws:secretsmanager/secret:Secret": {
    secretsmanager:
      "CreateSecret TagResource DescribeSecret GetResourcePolicy UpdateSecret " +
      "UntagResource DeleteSecret",
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    secretsmanager: "PutSecretValue GetSecretValue DescribeSecret UpdateSecretVersionStage",
  },
  "aws:sns/topic:Topic": {
    sns:
      "CreateTopic TagResource SetTopicAttributes GetTopicAttributes " +
      "ListTagsForResource UntagResource DeleteTopic",
  },
  "aws:sns/topicPolicy:TopicPolicy": { sns: "SetTopicAttributes GetTopicAttributes" },
  "aws:sns/topicSubscription:TopicSubscription": {
    sns: "Subscribe GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe",
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    ec2:
      "AuthorizeSecurityGroupEgress CreateTags DescribeSecurityGroupRules " +
      "ModifySecurityGroupRules DeleteTags RevokeSecurityGroupEgress",
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    ec2:
      "AuthorizeSecurityGroupIngress CreateTags DescribeSecurityGroupRules " +
      "ModifySecurityGroupRules DeleteTags RevokeSecurityGroupIngress",
  },
  "aws:wafv2/webAclAssociation:WebAclAssociation": {
    wafv2: "AssociateWebACL GetWebACLForResource GetWebACL DisassociateWebACL",
    elasticloadbalancing:
      "SetWebAcl CreateWebACLAssociation GetLoadBalancerWebACL DeleteWebACLAssociation",
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
