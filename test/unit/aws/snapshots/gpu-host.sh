#!/bin/bash
set -euo pipefail

retry() {
  for _ in $(seq 120); do
    "$@" && return
    sleep 5
  done
  "$@"
}

# The data volume: attached after the start, formatted when it is new.
retry test -b /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d
blkid /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d || mkfs.ext4 -q /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d
mkdir -p /data
echo "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d /data ext4 defaults,nofail,x-systemd.before=docker.service 0 2" >> /etc/fstab
mount /data
[ -d /data/notebooks ] || install -d -o 1000 -g 100 /data/notebooks

# Docker for the user who comes by SSH.
usermod -aG docker ubuntu
systemctl enable --now docker

# The host's own key, which Pulumi knows.
umask 077
fetch_key() {
  aws secretsmanager get-secret-value --region eu-central-1 --secret-id arn:aws:secretsmanager:eu-central-1:123456789012:secretVersion/gpu-host-key \
    --query SecretString --output text > /etc/ssh/tfserving_host_key
}
retry fetch_key
cat > /etc/ssh/sshd_config.d/10-tfserving.conf <<'SETTINGS'
HostKey /etc/ssh/tfserving_host_key
PasswordAuthentication no
PermitRootLogin no
MaxStartups 100:30:200
SETTINGS
systemctl restart ssh
