#!/bin/bash
# Process 1 of the node: when it ends, the kernel ends all of the node's processes, and with them go
# its mounts, interfaces and firewall rules. It ends when the test that started it does: then its
# standard input is closed.
#
# It is started in namespaces of its own for processes, mounts, network, IPC and host name.
# File descriptor 3 is the machine's own network namespace.
set -eu
here=$1       # this cluster's files: certificates, configuration, logs
lib=$2        # becomes /var/lib; only its folder containerd outlives the cluster
programs=$3   # built by airgap/toolchain/kubernetes/build
packages=$4   # Debian packages, unpacked
host=$5       # the machine's address on the cable between machine and node
node=$6       # the node's own
link=$7       # the cable's end in the machine
services=$8   # range of Services
pods=$9       # range of pods

export PATH=$programs/bin:$packages/usr/bin:$packages/usr/sbin:$packages/sbin:$PATH
export LD_LIBRARY_PATH=$packages/usr/lib/$(uname -m)-linux-gnu:$packages/lib/$(uname -m)-linux-gnu

# Files and control groups outlast the node's processes, and the cable does for a moment.
clear_away() {
  nsenter --net=/proc/self/fd/3 ip link delete "$link" 2>/dev/null
  find "$lib" -mindepth 1 -maxdepth 1 ! -name containerd -exec rm -rf {} +
  find /sys/fs/cgroup -depth -type d \( -path "*/$link" -o -path "*/$link/*" \) -exec rmdir {} + 2>/dev/null
}
# What a node that was killed has left.
[[ ! -e $lib/here ]] || rm -rf "$(<"$lib/here")"
clear_away || true
echo "$here" >"$lib/here"

hostname "$link"
if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
  mkdir "/sys/fs/cgroup/$link"
else
  for controller in /sys/fs/cgroup/*/; do mkdir -p "$controller$link"; done
fi
mkdir -p "$here/log"
mount -t tmpfs run /run
mount --bind "$here/log" /var/log
mount --bind "$lib" /var/lib

# kubelet sets these for the whole machine unless it reads what it wants there.
tunable() {
  mkdir -p "/run/tunables/$(dirname "$1")"
  echo "$2" >"/run/tunables/$1"
  mount --bind "/run/tunables/$1" "/proc/sys/$1"
}
tunable vm/overcommit_memory 1
tunable vm/panic_on_oom 0
tunable kernel/panic 10
tunable kernel/panic_on_oops 1
tunable kernel/keys/root_maxkeys 1000000
tunable kernel/keys/root_maxbytes 25000000

ip link set lo up
ip link add eth0 type veth peer name "$link" netns /proc/self/fd/3
ip addr add "$node/30" dev eth0
ip link set eth0 up
nsenter --net=/proc/self/fd/3 sh -c "ip addr add $host/30 dev $link && ip link set $link up"
ip route add default via "$host"
# Pods reach this machine and nothing beyond it, and are told so instead of waiting for an answer.
# A Service that kube-proxy does not know yet looks like a place beyond, too.
iptables -A FORWARD -o eth0 ! -d "$host" -j REJECT
echo 1 >/proc/sys/net/ipv4/ip_forward
[[ ! -e /proc/sys/net/bridge ]] || echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables

# Networks of pods are made here, though containerd runs where 127.0.0.1 is the machine's own.
mkdir -p /run/cni
for plugin in bridge host-local loopback portmap; do
  printf '#!/bin/sh\nexec nsenter --net=/proc/1/ns/net %s "$@"\n' "$packages/usr/lib/cni/$plugin" >"/run/cni/$plugin"
  chmod +x "/run/cni/$plugin"
done

start() {
  local name=$1
  shift
  "$@" >"/var/log/$name.log" 2>&1 &
}
# containerd pulls from registries on the machine's 127.0.0.1.
start containerd nsenter --net=/proc/self/fd/3 containerd --config "$here/containerd.toml"
# In memory: a disk that is busy makes etcd slow.
start etcd etcd --data-dir /run/etcd --listen-peer-urls http://127.0.0.1:2380
keys=$here/keys
start kube-apiserver kube-apiserver --etcd-servers http://127.0.0.1:2379 \
  --advertise-address "$node" --service-cluster-ip-range "$services" --allow-privileged \
  --client-ca-file "$keys/ca.crt" --tls-cert-file "$keys/server.crt" --tls-private-key-file "$keys/server.key" \
  --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
  --service-account-issuer https://kubernetes.default.svc.cluster.local \
  --service-account-key-file "$keys/accounts.pub" --service-account-signing-key-file "$keys/accounts.key" \
  --kubelet-client-certificate "$keys/admin.crt" --kubelet-client-key "$keys/admin.key" \
  --kubelet-preferred-address-types InternalIP \
  --requestheader-client-ca-file "$keys/proxy-ca.crt" --requestheader-allowed-names front-proxy \
  --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
  --requestheader-extra-headers-prefix X-Remote-Extra- \
  --proxy-client-cert-file "$keys/proxy.crt" --proxy-client-key-file "$keys/proxy.key"

until ctr version >/dev/null 2>&1; do sleep 0.1; done
if [[ $(cat /var/lib/containerd/system 2>/dev/null) != "$programs" ]]; then
  ctr --namespace k8s.io images import "$programs/system.tar"
  echo "$programs" >/var/lib/containerd/system
fi
until kubectl --kubeconfig "$here/kubeconfig" get --raw /readyz >/dev/null 2>&1; do sleep 0.2; done
# The autoscaler's waits, minutes by default, are shortened so that a test can see it work.
start kube-controller-manager kube-controller-manager --kubeconfig "$here/kubeconfig" --leader-elect=false \
  --use-service-account-credentials --root-ca-file "$keys/ca.crt" \
  --service-account-private-key-file "$keys/accounts.key" \
  --allocate-node-cidrs --cluster-cidr "$pods" --node-cidr-mask-size 24 --service-cluster-ip-range "$services" \
  --horizontal-pod-autoscaler-sync-period 5s --horizontal-pod-autoscaler-cpu-initialization-period 10s \
  --horizontal-pod-autoscaler-initial-readiness-delay 5s
start kube-scheduler kube-scheduler --kubeconfig "$here/kubeconfig" --leader-elect=false
start kubelet kubelet --kubeconfig "$here/kubelet.kubeconfig" --config "$here/kubelet.yaml" \
  --node-ip "$node" --root-dir /var/lib/kubelet
start kube-proxy kube-proxy --config "$here/kube-proxy.yaml"
# It ends when there is no node yet.
start network-policies sh -c "until network-policies --kubeconfig '$here/kubeconfig' \
  --hostname-override '$link' --service-cluster-ip-range '$services'; do sleep 1; done"

start volumes bash "$(dirname "$0")/volumes.sh" "$here/kubeconfig"

# Until the test ends.
cat >/dev/null || true
kill -KILL -1
wait || true
# With what is mounted below it, which would keep its folders from being removed.
umount --recursive --lazy /var/lib
rm -rf "$here"
# The kernel takes a moment to empty the groups.
for _ in {1..50}; do
  ! clear_away || break
  sleep 0.1
done
