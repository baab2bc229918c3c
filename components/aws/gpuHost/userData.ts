import { parseArn } from "../arn";
import { dataFolder, notebookFolder } from "./gpuHostArgs";

/** User of the AMI, who may use Docker. */
export const hostUser = "ubuntu";

/**
 * Settings of sshd. Each command of a Docker client is a connection of its own, and an update
 * makes many at a time, of which sshd's defaults would refuse some.
 */
const sshdSettings = ["PasswordAuthentication no", "PermitRootLogin no", "MaxStartups 100:30:200"];

/**
 * What the instance does once, when it starts for the first time.
 *
 * The key by which it is known comes last: until then whoever connects refuses it, so that nothing
 * is started on it before its data volume is there. There is nothing secret in here, since everybody who
 * may describe the instance can read it.
 *
 * @param hostKeySecretArn - secret with the instance's own private key
 * @param volumeId - data volume, which is attached after the start
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
 */
export function renderUserData(hostKeySecretArn: string, volumeId: string): string {
  const { region } = parseArn(hostKeySecretArn);
  // EBS volumes of Nitro instances are NVMe devices, and have their id as serial number.
  const device = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
  return `#!/bin/bash
set -euo pipefail

retry() {
  for _ in $(seq 120); do
    "$@" && return
    sleep 5
  done
  "$@"
}

# The data volume: attached after the start, formatted when it is new.
retry test -b ${device}
blkid ${device} || mkfs.ext4 -q ${device}
mkdir -p ${dataFolder}
echo "${device} ${dataFolder} ext4 defaults,nofail,x-systemd.before=docker.service 0 2" >> /etc/fstab
mount ${dataFolder}
[ -d ${notebookFolder} ] || install -d -o 1000 -g 100 ${notebookFolder}

# Docker for the user who comes by SSH.
usermod -aG docker ${hostUser}
systemctl enable --now docker

# The host's own key, which Pulumi knows.
umask 077
fetch_key() {
  aws secretsmanager get-secret-value --region ${region} --secret-id ${hostKeySecretArn} \\
    --query SecretString --output text > /etc/ssh/tfserving_host_key
}
retry fetch_key
cat > /etc/ssh/sshd_config.d/10-tfserving.conf <<'SETTINGS'
${["HostKey /etc/ssh/tfserving_host_key", ...sshdSettings].join("\n")}
SETTINGS
systemctl restart ssh
`;
}
