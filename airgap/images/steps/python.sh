# Python packages, fetched on this machine with its own pip configuration. Sourced by ../build.

# Debian bookworm's Python, whatever Python this machine runs.
wheel_target=(--python-version 3.11 --implementation cp --abi cp311 --abi abi3 --abi none --platform any)
for tag in manylinux_2_28 manylinux_2_27 manylinux_2_24 manylinux_2_17 manylinux2014 manylinux_2_5 manylinux1; do
  wheel_target+=(--platform "${tag}_x86_64")
done

# fetch_wheels REQUIREMENTS FOLDER: every pinned wheel, checked against its hash; kept between runs.
fetch_wheels() {
  local requirements=$1 folder=$2
  need python3 python3
  python3 -m pip --version >/dev/null 2>&1 || need pip3 python3-pip
  mkdir -p "$folder"
  python3 -m pip download --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    "${wheel_target[@]}" --dest "$folder" -r "$requirements" >"$work/pip.log" 2>&1 ||
    die "pip could not fetch the packages of $requirements: $(tail -n 2 "$work/pip.log")"
}
