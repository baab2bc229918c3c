# Debian packages, fetched on this machine with its own apt configuration. Sourced by ../build.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# need COMMAND PACKAGE: installs a build tool when it is missing.
need() {
  command -v "$1" >/dev/null && return
  [[ $(id -u) -eq 0 ]] || die "$1 is missing; install it with: apt-get install $2"
  say "installing $2"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2"; } \
    >"$work/install.log" 2>&1 || die "apt-get install $2 failed: $(tail -n 2 "$work/install.log")"
}

# The mirrors this machine uses for Debian itself; apt knows them once it has its lists.
find_mirrors() {
  mirror=${DEBIAN_MIRROR:-} security=${DEBIAN_SECURITY_MIRROR:-}
  read_mirrors
  [[ $mirror && $security ]] || { apt-get update >"$work/update.log" 2>&1 && read_mirrors; } || true
  [[ $mirror && $security ]] ||
    die "apt's configuration names no Debian mirror: set DEBIAN_MIRROR and DEBIAN_SECURITY_MIRROR"
}

read_mirrors() {
  local release uri
  while IFS='|' read -r release uri; do
    case $release in
      *-security) security=${security:-$uri} ;;
      *-updates | *-backports) ;;
      *) mirror=${mirror:-$uri} ;;
    esac
  done < <(apt-get indextargets --format '$(RELEASE)|$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian')
}

# bootstrap SUITE TAR: a minimal Debian root file system. No mirror's address stays in it.
bootstrap() {
  local suite=$1 root=$work/root-$1 script
  [[ $(id -u) -eq 0 ]] || die "debootstrap needs root; run this once as root or with sudo"
  need debootstrap debootstrap
  find_mirrors
  # The script of every Debian since 2005, also of those that this machine's debootstrap is older than.
  script=/usr/share/debootstrap/scripts/sid
  debootstrap --variant=minbase --keyring="$keyring" "$suite" "$root" "$mirror" "$script" >"$work/debootstrap.log" 2>&1 ||
    die "debootstrap failed: $(tail -n 2 "$work/debootstrap.log")"
  install -d "$root/etc/dpkg/dpkg.cfg.d" "$root/etc/apt/apt.conf.d"
  cp "$here/base/dpkg-excludes" "$root/etc/dpkg/dpkg.cfg.d/airgap"
  : >"$root/etc/apt/sources.list"
  rm -rf "$root"/usr/share/{man,info,locale}/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*
  : >"$root/etc/machine-id"
  rm -f "$root/etc/resolv.conf" "$root/etc/hostname"
  tar --numeric-owner --one-file-system -C "$root" -c . >"$2"
}

# fetch_debs SUITE LIST PARENT_IMAGE FOLDER: the packages of LIST and what they need beyond the image.
fetch_debs() {
  local suite=$1 list=$2 parent_image=$3 folder=$4 apt=$cache/apt
  find_mirrors
  mkdir -p "$folder" "$apt"/{lists/partial,archives/partial}
  docker run --rm --network none "$parent_image" cat /var/lib/dpkg/status >"$work/status"
  local signed="[arch=amd64 signed-by=$keyring]"
  printf 'deb %s\n' "$signed $mirror $suite main" "$signed $mirror $suite-updates main" \
    "$signed $security $suite-security main" >"$work/sources.list"
  local options=(-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$apt/lists" -o "Dir::State::status=$work/status" -o "Dir::Cache=$apt"
    -o "Dir::Cache::archives=$apt/archives" -o APT::Architecture=amd64 -o APT::Sandbox::User=root
    -o APT::Install-Recommends=false -o APT::Get::List-Cleanup=false)
  mapfile -t names < <(grep -v '^#' "$list")
  {
    apt-get "${options[@]}" update
    apt-get "${options[@]}" install -y --download-only "${names[@]}"
    # Against an empty folder, so that packages fetched before are listed too.
    apt-get "${options[@]}" -o "Dir::Cache::archives=$work" install -y --print-uris "${names[@]}" |
      sed -n "s/^'[^']*' \([^ ]*\) .*/\1/p" >"$work/debs"
  } >"$work/apt.log" 2>&1 || die "apt-get could not fetch ${names[*]}: $(tail -n 2 "$work/apt.log")"
  (cd "$apt/archives" && xargs cp -t "$folder" <"$work/debs")
}
