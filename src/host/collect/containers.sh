# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# Containers that run, or run again from the engine's next start on: what the engine says of each, and what the kernel does.

# containers: frames "@NONCE host" with lines "memory BYTES", "cores N", "group GID" of ssl-docker and "beside PROGRAM" for
# engines that nobody asks here; then "stopped" with lines "rootless" and "left N" (containers that run on without it), or
# "unasked" with the reason, or "info", "networks" and "containers" with a JSON object a line, "returning" with ids of those that are stopped, "secrets" as containers_secrets has it, "values" as containers_values does, "history" as containers_history, "gone" with ids of those that
# have ended meanwhile, and of the kernel "processes", "labels", "namespaces", "mounts", "sockets" as engine_mounts has them, and "cgroups". Values of a container's environment and
# command, and options of log drivers other than its sizes, stay here: they may be secrets.
# containers FORM...: forms of secrets, "NAME<TAB>PATTERN" each.
collect_containers() {
  if ! have dockerd && have podman; then
    printf 'Podman runs the containers here, and harden judges only those of Docker'
    return "$UNSUPPORTED"
  fi
  engine_here || return
  need_root || return
  printf '\n@%s host\n' "$nonce"
  containers_host
  if ! engine_runs; then
    printf '\n@%s stopped\n' "$nonce"
    grep -qsx rootlesskit /proc/[0-9]*/comm && echo rootless
    set -- /run/containerd/io.containerd.runtime.v2.task/moby/*
    [ ! -e "$1" ] || printf 'left %s\n' $#
    return 0
  fi
  printf '\n@%s info\n' "$nonce"
  engine info --format '{"version":{{json .ServerVersion}},"cgroup":{{json .CgroupVersion}},"security":{{json .SecurityOptions}}}' || {
    containers_unasked 'it does not answer within 15 s'
    return 0
  }
  containers_asked "$@" || return 0
  printf '\n@%s processes\n' "$nonce"
  containers_settled
  # shellcheck disable=SC2046 # numbers, and paths of them
  set -- $(printf '%s\n' "$told" | sed -n 's/^{"id":"[0-9a-f]*","pid":\([1-9][0-9]*\),.*/\1/p')
  printf '\n@%s labels\n' "$nonce"
  [ $# = 0 ] || grep -sHm1 '' $(printf '/proc/%s/attr/current ' "$@")
  printf '\n@%s namespaces\n' "$nonce"
  # shellcheck disable=SC2046 # paths of numbers
  find $(printf '/proc/%s/ns ' 1 "$@") -maxdepth 1 -type l -printf '%p %l\n' 2>/dev/null
  printf '\n@%s mounts\n' "$nonce"
  [ $# = 0 ] || containers_mounts "$@"
  printf '\n@%s sockets\n' "$nonce"
  engine_mounts "$@"
  printf '\n@%s cgroups\n' "$nonce"
  containers_cgroups "$@"
  return 0
}

containers_unasked() { printf '\n@%s unasked\n%s' "$nonce" "$1"; }

containers_host() {
  awk '$1 == "MemTotal:" { printf "memory %.0f\n", $2 * 1024 }' /proc/meminfo
  printf 'cores %s\n' "$(getconf _NPROCESSORS_ONLN)"
  getent group ssl-docker | awk -F: '{ print "group " $3 }'
  ! have podman || echo 'beside Podman'
  ! engine_runs || ! grep -qsx rootlesskit /proc/[0-9]*/comm || echo 'beside a rootless engine'
}

# containers_asked: all that the engine says; fails where it says less than it knows.
containers_asked() {
  containers_all=$(engine ps -q --no-trunc) || {
    containers_unasked 'it does not say what runs'
    return 1
  }
  containers_stopped=$(containers_returning) || {
    containers_unasked 'it does not say what is stopped'
    return 1
  }
  printf '\n@%s networks\n' "$nonce"
  # shellcheck disable=SC2046 # ids hold no blanks
  engine network inspect --format '{"id":{{json .ID}},"name":{{json .Name}},"driver":{{json .Driver}},"internal":{{json .Internal}},"bridge":{{json (index .Options "com.docker.network.bridge.name")}},"icc":{{json (index .Options "com.docker.network.bridge.enable_icc")}},"role":{{json (index .Labels "com.docker.compose.network")}}}' \
    $(engine network ls -q --no-trunc)
  printf '\n@%s containers\n' "$nonce"
  told=''
  # shellcheck disable=SC2086 # ids
  [ -z "$containers_all$containers_stopped" ] ||
    told=$(engine inspect --type container --format "$(containers_format)$(containers_binds)" $containers_all $containers_stopped)
  printf '%s\n' "$told" | grep '^{'
  printf '\n@%s returning\n%s\n' "$nonce" "$containers_stopped"
  printf '\n@%s secrets\n' "$nonce"
  printf '%s\n' "$told" | containers_secrets
  printf '\n@%s values\n' "$nonce"
  printf '%s\n' "$told" | containers_values "$@"
  printf '\n@%s history\n' "$nonce"
  containers_history "$@"
  # One that has ended meanwhile is no fault; one that runs and of which nothing was said is.
  containers_now=$(engine ps -q --no-trunc) || {
    containers_unasked 'it does not say what runs'
    return 1
  }
  printf '\n@%s gone\n' "$nonce"
  for word in $containers_all; do
    case $NL$containers_now$NL in
    *"$NL$word$NL"*)
      case $told in *"{\"id\":\"$word\","*) continue ;; esac
      containers_unasked "it does not say what $word is"
      return 1
      ;;
    esac
    printf '%s\n' "$word"
  done
}

# containers_returning: ids of stopped containers that the engine's next start starts: with `always` each, with `on-failure` what
# did not end with 0 (a stop by hand kills most), with `unless-stopped` what nobody has stopped by hand, which only its own file says.
containers_returning() {
  containers_exited=$(engine ps -q --all --no-trunc --filter status=exited) || return
  [ -n "$containers_exited" ] || return 0
  containers_root=$(engine info --format '{{.DockerRootDir}}') || return
  # shellcheck disable=SC2086 # ids
  engine inspect --type container --format '{{.ID}} {{.State.ExitCode}} {{.HostConfig.RestartPolicy.Name}}' $containers_exited |
    while read -r id code policy; do
      case $policy in
      always) ;;
      on-failure) [ "$code" != 0 ] || continue ;;
      unless-stopped) ! grep -qs '"HasBeenManuallyStopped":true' "$containers_root/containers/$id/config.v2.json" || continue ;;
      *) continue ;;
      esac
      printf '%s\n' "$id"
    done
}

# containers_format: for inspect, one line of JSON.
# shellcheck disable=SC2016 # the $ are the engine's
containers_format() {
  printf '%s' '{"id":{{json .ID}},"pid":{{json .State.Pid}},"state":{{json .State.Status}},"name":{{json .Name}}'
  printf '%s' ',"image":{{json .Config.Image}},"configuredUser":{{json .Config.User}}'
  printf '%s' ',"project":{{json (index .Config.Labels "com.docker.compose.project")}}'
  printf '%s' ',"service":{{json (index .Config.Labels "com.docker.compose.service")}}'
  printf '%s' ',"oneoff":{{json (index .Config.Labels "com.docker.compose.oneoff")}}'
  printf '%s' ',"environment":[{{range $i, $e := .Config.Env}}{{if $i}},{{end}}{{json (index (split $e "=") 0)}}{{end}}]'
  printf '%s' ',"health":{{with .Config.Healthcheck}}{{if .Test}}{{json (index .Test 0)}}{{else}}null{{end}}{{else}}null{{end}}'
  printf '%s' ',"healthState":{{with .State.Health}}{{json .Status}}{{else}}""{{end}}'
  printf '%s' ',"exposed":{{json .Config.ExposedPorts}},"apparmor":{{json .AppArmorProfile}}'
  printf '%s' ',"privileged":{{json .HostConfig.Privileged}},"readOnly":{{json .HostConfig.ReadonlyRootfs}}'
  printf '%s' ',"autoRemove":{{json .HostConfig.AutoRemove}}'
  printf '%s' ',"capAdd":{{json .HostConfig.CapAdd}},"capDrop":{{json .HostConfig.CapDrop}}'
  printf '%s' ',"security":{{json .HostConfig.SecurityOpt}},"masked":{{len .HostConfig.MaskedPaths}}'
  printf '%s' ',"network":{{json .HostConfig.NetworkMode}},"pidMode":{{json .HostConfig.PidMode}}'
  printf '%s' ',"ipc":{{json .HostConfig.IpcMode}},"uts":{{json .HostConfig.UTSMode}}'
  printf '%s' ',"userns":{{json .HostConfig.UsernsMode}},"cgroupns":{{json .HostConfig.CgroupnsMode}}'
  printf '%s' ',"devices":{{json .HostConfig.Devices}},"deviceRules":{{json .HostConfig.DeviceCgroupRules}}'
  printf '%s' ',"deviceRequests":{{len .HostConfig.DeviceRequests}}'
  printf '%s' ',"tmpfs":{{json .HostConfig.Tmpfs}}'
  printf '%s' ',"sized":[{{range $i, $m := .HostConfig.Mounts}}{{if $i}},{{end}}{"target":{{json $m.Target}},"size":{{with $m.TmpfsOptions}}{{json .SizeBytes}}{{else}}0{{end}}}{{end}}]'
  printf '%s' ',"memory":{{json .HostConfig.Memory}},"reserved":{{json .HostConfig.MemoryReservation}}'
  printf '%s' ',"nanoCpus":{{json .HostConfig.NanoCPUs}},"cpuQuota":{{json .HostConfig.CPUQuota}},"cpuPeriod":{{json .HostConfig.CPUPeriod}}'
  printf '%s' ',"pids":{{json .HostConfig.PidsLimit}},"restart":{{json .HostConfig.RestartPolicy.Name}}'
  printf '%s' ',"log":{"driver":{{json .HostConfig.LogConfig.Type}},"size":{{json (index .HostConfig.LogConfig.Config "max-size")}},"files":{{json (index .HostConfig.LogConfig.Config "max-file")}}}'
  printf '%s' ',"groups":{{json .HostConfig.GroupAdd}},"ports":{{if .State.Pid}}{{json .NetworkSettings.Ports}}{{else}}{{json .HostConfig.PortBindings}}{{end}}'
  printf '%s' ',"mounts":[{{range $i, $m := .Mounts}}{{if $i}},{{end}}{"type":{{json $m.Type}},"name":{{json $m.Name}},"source":{{json $m.Source}},"target":{{json $m.Destination}},"writable":{{json $m.RW}},"propagation":{{json $m.Propagation}}}{{end}}]'
  printf '%s' ',"networks":{ {{- $first := true}}{{range $n, $e := .NetworkSettings.Networks}}{{if $first}}{{$first = false}}{{else}},{{end}}{{json $n}}:{{json $e.IPAddress}}{{end}}}}'
}

# containers_binds: the rest of that, 'ID "TARGET" "SOURCE"' a line of each path of the host that is mounted, and 'env ID "KEY=VALUE"';
# and 'image ID sha256:NUMBER'.
# shellcheck disable=SC2016 # the $ are the engine's
containers_binds() {
  printf '%s' '{{"\n"}}{{$id := .ID}}{{range .Mounts}}{{if eq .Type "bind"}}{{$id}} {{json .Destination}} {{json .Source}}{{"\n"}}{{end}}{{end}}'
  printf '%s' '{{range .Config.Env}}env {{$id}} {{json .}}{{"\n"}}{{end}}image {{$id}} {{.Image}}'
}

# containers_settled: all processes, at a moment when the engine is starting none for a health check or an exec: until that one runs
# its program it is in the container with rights that it then gives up. Ten looks; who stays by such a name is told like all others.
containers_settled() {
  for containers_try in 1 2 3 4 5 6 7 8 9 10; do
    [ "$containers_try" = 1 ] || sleep 0.1
    containers_found=$(containers_processes)
    printf '%s\n' "$containers_found" | grep -q '[[:space:]]runc:\[' || break
  done
  [ -z "$containers_found" ] || printf '%s\n' "$containers_found"
}

# containers_processes: a line "ID COUNT PID UIDS GID GROUPS EFFECTIVE BOUND NEW SECCOMP NAME" with tabs between them for
# processes that are alike but for their names, all those of the container's cgroup and what is below it. Of a container that has
# more kinds than anybody would look at, none: it must not hide one behind many.
containers_processes() {
  set -- "$(grep -sHoE '[0-9a-f]{64}' /proc/[0-9]*/cgroup)"
  [ -n "$1" ] || return 0
  # shellcheck disable=SC2046 # paths of numbers
  {
    printf '%s\n' "$1"
    grep -sHE '^(Name|Uid|Gid|Groups|CapEff|CapBnd|NoNewPrivs|Seccomp):' \
      $(printf '%s\n' "$1" | sed -n 's|^\(/proc/[0-9]*\)/cgroup:.*|\1/status|p' | sort -u)
  } | awk -v ids="$(printf '%s' "$containers_all" | tr '\n' ' ')" '
    function key(pid) {
      return box[pid] "\t" of[pid, "Uid"] "\t" of[pid, "Gid"] "\t" of[pid, "Groups"] "\t" of[pid, "CapEff"] \
        "\t" of[pid, "CapBnd"] "\t" of[pid, "NoNewPrivs"] "\t" of[pid, "Seccomp"]
    }
    BEGIN { split(ids, list, " "); for (at in list) known[list[at]] = 1 }
    { split(substr($0, 7), part, "/"); pid = part[1] + 0; rest = $0; sub(/^\/proc\/[0-9]+\/[a-z]+:/, "", rest) }
    # The outermost: an engine in a container has cgroups below it.
    $0 ~ /^\/proc\/[0-9]+\/cgroup:/ { if (!(pid in box) && rest in known) box[pid] = rest; next }
    {
      word = rest
      sub(/:.*/, "", word)
      sub(/^[A-Za-z]+:[ \t]*/, "", rest)
      gsub(/[ \t]+/, " ", rest)
      of[pid, word] = rest
    }
    END {
      for (pid in box) {
        if (of[pid, "Uid"] == "") continue
        alike = key(pid)
        if (!(alike in count)) kinds[box[pid]]++
        if (!(alike in count) || pid + 0 < first[alike]) first[alike] = pid + 0
        count[alike]++
      }
      for (alike in count) {
        id = substr(alike, 1, 64)
        if (kinds[id] > 500) continue
        print id "\t" count[alike] "\t" first[alike] "\t" substr(alike, 66) "\t" of[first[alike], "Name"]
      }
    }'
}

# containers_mounts PID...: /proc/PID/mountinfo of the host and of each, without what the engine itself mounts below /proc and /sys, and
# without options of the file systems but of volumes that are overlays: their folders. Whoever may mount in a container can't make it longer than this.
containers_mounts() {
  # shellcheck disable=SC2046 # paths of numbers
  grep -sHm2000 -vE '^([^ ]+ ){4}/(proc|sys)/.* - (proc|sysfs|cgroup2?|tmpfs|devtmpfs) ' $(printf '/proc/%s/mountinfo ' 1 "$@") |
    sed -E '/\/_data .* - overlay /!s/( - [^ ]+ [^ ]+) .*/\1/'
}

# containers_cgroups PID...: "PATH:VALUE" a line, of each one's cgroup in either version.
containers_cgroups() {
  [ $# -gt 0 ] || return 0
  # What a container's own init makes below its cgroup is not its limit.
  # shellcheck disable=SC2046 # paths of numbers
  containers_paths=$(grep -shE '[0-9a-f]{12}' $(printf '/proc/%s/cgroup ' "$@") |
    sed -nE 's|([0-9a-f]{64}[^/]*)/.*|\1|
      s|^0::|/sys/fs/cgroup|p; s/^[0-9]+:([^:]*,)?(memory|pids|cpu)(,[^:]*)?:/\/sys\/fs\/cgroup\/\2/p')
  IFS=$NL
  set -f --
  for path in $containers_paths; do
    set -- "$@" "$path/memory.peak" "$path/memory.current" "$path/memory.max" "$path/cpu.max" "$path/pids.max" \
      "$path/memory.stat" "$path/memory.max_usage_in_bytes" "$path/memory.usage_in_bytes" "$path/memory.limit_in_bytes" \
      "$path/cpu.cfs_quota_us" "$path/cpu.cfs_period_us"
  done
  set +f
  unset IFS
  [ $# -eq 0 ] || grep -sHE '^(-?[0-9]|max|(total_)?inactive_file )' "$@"
}
