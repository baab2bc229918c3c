# What each image is called, what it is built on, and the hash that says whether it is current.
# Sourced by ../build.

# The name that a config value gets in place of the usual one: names.json has them for the commands.
name_of() { sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p" "$here/names.json"; }

declare -A image=(
  [base]=tfserving-airgap/base:bookworm
  [base-forky]=tfserving-airgap/base:forky
  [haproxy]=$(name_of balancerImage)
  [serving]=$(name_of baseImage)
  [notebook]=$(name_of notebookImage)
)
image[tensorflow]=tfserving-airgap/tensorflow:${image[serving]##*:}
declare -A parent=(
  [base]='' [base-forky]='' [tensorflow]=base [haproxy]=base-forky
  [serving]=tensorflow [notebook]=tensorflow
)
# What is built from another's folder: the same on another Debian.
declare -A folder_of=([base-forky]=base)
# Two cores, empty caches.
declare -A minutes=([base]=1 [base-forky]=1 [tensorflow]=2 [haproxy]=1 [serving]=1 [notebook]=2)

folder() { echo "$here/${folder_of[$1]:-$1}"; }

# The Debian that an image is made of: the tag of the base under it.
suite() {
  local name=$1
  while [[ ${parent[$name]} ]]; do name=${parent[$name]}; done
  echo "${image[$name]##*:}"
}

# The layer of an image that holds its packages.
packages_tag() { echo "${image[$1]%:*}:packages"; }

recipe_label=tfserving.airgap.recipe
# Raise it when a change to these scripts alone must rebuild every image.
recipe_format=1

declare -A recipe packages present

# read_recipes NAME...: fills recipe[] (all of a folder, on top of its parent) and packages[]
# (its package lists alone); parents must come first.
read_recipes() {
  local name base
  for name; do
    base=${parent[$name]:+${recipe[${parent[$name]}]}}${folder_of[$name]:+ $name}
    packages[$name]=$(folder_hash "$name" "$base" -name debs -o -name requirements.txt)
    recipe[$name]=$(folder_hash "$name" "$base" ! -name '*.pyc' ! -name '*.in')
  done
  read_labels
}

# Names and contents, not modes or times: the same for every umask and clock.
folder_hash() {
  local name=$1 base=$2
  shift 2
  {
    echo "$recipe_format $base"
    (cd "$(folder "$name")" && find . -type f \( "$@" \) -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
  } | sha256sum | cut -c1-32
}

# One call for all images: what is missing has no line.
read_labels() {
  local tag label
  present=()
  while read -r tag label; do
    [[ -z $tag ]] || present[$tag]=$label
  done < <(docker image ls -q --filter "label=$recipe_label" 2>/dev/null | sort -u | xargs -r docker image inspect \
    --format "{{\$l := index .Config.Labels \"$recipe_label\"}}{{range .RepoTags}}{{.}} {{\$l}}{{println}}{{end}}" 2>/dev/null)
}

is_current() { [[ ${present[${image[$1]}]:-} == "${recipe[$1]}" ]]; }
