# One image from its folder. Sourced by ../build.
#
# debs, requirements.txt   packages: installed in a container without network, then committed
# Dockerfile               everything else, on top of the packages
# Neither `docker build` with a network nor BuildKit's mounts would do: the first needs this
# machine's certificates inside the image, the second an engine or client that has BuildKit.

build_image() {
  local name=$1 from=${parent[$1]:+${image[${parent[$1]}]}} folder
  folder=$(folder "$name")
  if [[ -z $from ]]; then
    import_base "$name"
    return
  fi
  if [[ -e $folder/debs || -e $folder/requirements.txt ]]; then
    if [[ -e $folder/Dockerfile ]]; then
      install_packages "$name" "$from" "$(packages_tag "$name")" "${packages[$name]}"
      from=$(packages_tag "$name")
    else
      install_packages "$name" "$from" "${image[$name]}" "${recipe[$name]}"
    fi
  fi
  [[ -e $folder/Dockerfile ]] || return 0
  BUILDX_BUILDER=default docker build --quiet --network none --build-arg "FROM=$from" \
    --build-arg "VERSION=${image[$name]##*:}" --label "$recipe_label=${recipe[$name]}" --tag "${image[$name]}" "$folder" >/dev/null 2>"$work/build.log" ||
    die "docker build of ${image[$name]} failed: $(tail -n 5 "$work/build.log")"
}

import_base() {
  local name=$1 archive=$cache/base-${recipe[$1]}.tar
  if [[ ! -e $archive ]]; then
    bootstrap "$(suite "$name")" "$work/base.tar"
    mv "$work/base.tar" "$archive"
  fi
  docker import --change "LABEL $recipe_label=${recipe[$name]}" --change 'CMD ["bash"]' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8' \
    "$archive" "${image[$name]}" >/dev/null
}

# install_packages NAME FROM TAG HASH
install_packages() {
  local name=$1 from=$2 tag=$3 hash=$4 feed=$work/$1 folder container
  folder=$(folder "$name")
  [[ ${present[$tag]:-} == "$hash" ]] && return
  mkdir -p "$feed"
  [[ ! -e $folder/debs ]] || fetch_debs "$(suite "$name")" "$folder/debs" "$from" "$feed/debs"
  if [[ -e $folder/requirements.txt ]]; then
    fetch_wheels "$folder/requirements.txt" "$cache/wheels/$name"
    cp "$folder/requirements.txt" "$feed/"
    ln -s "$cache/wheels/$name" "$feed/wheels"
  fi
  cp "$here/steps/install" "$feed/"
  # The packages come through stdin into a volume: works with a remote engine, and none of them
  # is committed.
  container=$(docker create --interactive --network none --mount type=volume,target=/mnt "$from" \
    sh -c 'tar -xf - -C /mnt && sh /mnt/install')
  if ! tar -C "$feed" --dereference -c . | docker start --attach --interactive "$container" >"$work/install.log" 2>&1; then
    docker rm --force --volumes "$container" >/dev/null
    die "packages of $tag did not install: $(tail -n 5 "$work/install.log")"
  fi
  docker commit --change "LABEL $recipe_label=$hash" --change 'CMD ["bash"]' "$container" "$tag" >/dev/null
  docker rm --force --volumes "$container" >/dev/null
}
