# shellcheck shell=sh disable=SC2154,SC2016 # what collect.sh sets; programs of awk
# Of files that a boot reads or runs, those that no package explains, with the lines that name what is ours: see boot-files.sh.

boot_filter() {
  boot_real=$(readlink -f -- "$@")
  {
    printf '%s\n' "$@" '' "$boot_real" ''
    timeout 5 md5sum -- "$@"
    printf '\n'
    # shellcheck disable=SC2062 # a glob of files
    printf '%s\n' "$boot_real" | sed 's#^/\(usr/\)\{0,1\}##' | grep -D skip -hF -f - /var/lib/dpkg/info/*.md5sums
    printf '\n'
    grep '^ /' /var/lib/dpkg/status
    printf '\n%s\n' "$boot_links"
    # shellcheck disable=SC2086 # names of units
    printf '%s\n' /run/systemd/units/invocation:* $boot_started ''
    printf '%s\n' "${boot_large:-/}" ''
    printf '%s\n' /usr/local/sbin/* /usr/local/bin/* ''
    [ "$boot_step" = first ] || printf '%s\n' "$boot_idle"
  } | PATTERN=$boot_pattern DATA=$boot_data STEP=$boot_step timeout 10 awk "$boot_relative"'
    function below(path) { sub(/^\/?(usr\/)?/, "", path); return path }
    function base(path) { sub(/.*\//, "", path); return path }
    # The name under which a unit of a template is started, as that of the template.
    function template(name) { return name ~ /@[^.]+\./ ? substr(name, 1, index(name, "@")) substr(name, match(name, /\.[a-z]+$/)) : name }
    function is_unit(path) { return path ~ /\/systemd\/(system|user|generator)([.][a-z]+)?\/[^\/]+$/ }

    function start(word) {
      if (word == base(FILENAME)) return
      if (word in named) started[word]
      if (template(word) in named) started[template(word)]
    }
    function line(text,   count, words, at, word, code, steers, stem, name, before, below_it, parts) {
      if (text ~ /^[ \t]*$/) return
      if (!unit || text !~ /^[ \t]*(After|Before|Description|Documentation|Conflicts|PartOf)[ \t]*=/) {
        count = split(text, words, /[^A-Za-z0-9:_.@\\-]+/)
        steers = text ~ /systemctl|service |invoke-rc|systemd-run/
        for (at = 1; at <= count; at++) {
          start(words[at])
          if (steers) start(words[at] ".service")
          if (text ~ /wg-quick/) started["wg-quick@" words[at] ".service"]
        }
      }
      if (!(FILENAME in foreign)) return
      # What each boot mounts by fstab, and is mounted now.
      if (text ~ /^[ \t]*Where[ \t]*=/ && FILENAME ~ /^\/run\/systemd\/generator\// && (name = base(FILENAME)) in running && name in mounted) return
      if (ENVIRON["STEP"] != "third" && FILENAME !~ ENVIRON["DATA"]) note_folders(text)
      # What a service is given may be a password: its value stays on the host.
      if (match(text, /^[ \t]*((Default|Manager)?Environment|SetCredential[A-Za-z]*)[ \t]*=/)) text = substr(text, 1, RLENGTH)
      if ((FILENAME ":" text) ~ ENVIRON["PATTERN"]) said[FILENAME] = said[FILENAME] "| " number " " text "\n"
      if (ENVIRON["STEP"] == "third" || FILENAME ~ ENVIRON["DATA"] || (unit && text !~ /^[ \t]*(Exec|StandardInput)/)) return
      # A word goes on behind the quote or the bracket of the folder that it begins with.
      gsub(/[$][(]pwd[)]|`pwd`/, ".", text)
      gsub(/["\047)`]+\//, "/", text)
      # What is written to is no script.
      gsub(/[0-9]*>>?[ \t]*[^ \t;&|()"\047>]+/, " ", text)
      before = "\001"; gsub(/[;&|(]|-c[ \t]*["\047]/, " \001 ", text)
      count = split(text, words, /[][ \t"\047`=;&|()<>,]+/)
      for (at = 1; at <= count; at++) {
        word = words[at]
        if ((below_it = below_folder(word, before)) != "" && relative_count[FILENAME]++ < 32) {
          relative[FILENAME] = relative[FILENAME] below_it "\n"
          if (code) coded[FILENAME, below_it]
        }
        if (word !~ /^(-[^-].*)?$/) before = word
        sub(/^([-@:+!]+|file:)/, "", word)
        if (unit && word ~ /%/) { stem = base(FILENAME); gsub(/%n/, stem, word); sub(/\.[a-z]+$/, "", stem); gsub(/%[NpP]/, stem, word) }
        if (base(word) ~ /^(python|perl|ruby|node|nodejs|php|lua|tclsh|[gmn]?awk)[0-9.]*$/) code = 1
        if (word in here) word = here[word]
        # Of a folder it runs all, by a name of any kind where the line says which.
        if (word == "\001") parts = 0
        else if (base(word) == "run-parts") parts = 1
        else if (parts && word ~ /^\/[^*?]+$/) {
          sub(/\/+$/, "", word)
          calls[FILENAME] = calls[FILENAME] word (text ~ /--regex/ ? "/." : "/") "\n"
          continue
        }
        if (word !~ /^\/[^*?]*[^*?\/]$/) continue
        calls[FILENAME] = calls[FILENAME] word "\n"
        if (code) written[word]
      }
    }
    function flush(   text) { text = held; held = ""; if (text != "") line(text) }
    # By a link, as what runs now, or by what is named like it or names it.
    function starts(path,   name, stem) {
      name = base(path); stem = name; sub(/\.[a-z]+$/, "", stem)
      if (path ~ /^\/etc\/wireguard\//) return ("wg-quick@" stem ".service") in started
      if (!(path in units)) return 1
      return name ~ /^(-|system)[.]slice$/ || name in started || ("timer " stem) in started || name == "default.target"
    }

    BEGIN {
      while ((getline text < "/dev/stdin") > 0) {
        if (text == "") { part++; at = 0 }
        else if (part == 0) path[++files] = text
        else if (part == 1) real[++at] = text
        else if (part == 2) { sub(/^\\/, "", text); sum[++at] = substr(text, 1, 32) }
        else if (part == 3) known[substr(text, 1, 32) " " below(substr(text, 35))]
        else if (part == 4) { split(text, words, " "); known[words[2] " " below(words[1])] }
        else if (part == 5) {
          name = base(text); if (sub(/^invocation:/, "", name)) running[name]
          if (text ~ /\/run\/systemd\/generator\/local-fs[.]target[.](requires|wants)\//) mounted[name]
          started[name]
          started[template(name)]
        } else if (part == 6) large[text]
        else if (part == 7) here[base(text)] = text
        else named[text]
      }
      if (at < 0 || !(files in real) || !(files in sum)) exit failed = 1
      for (i = 1; i <= files; i++) {
        if (is_unit(path[i])) {
          units[path[i]]
          name = base(path[i])
        }
        if (!((sum[i] " " below(real[i])) in known)) {
          foreign[path[i]]
          if (path[i] in units) named[name]
        }
      }
      ARGC = 1
      for (i = 1; i <= files; i++) if (path[i] in large) { if (path[i] in foreign) print "large " path[i] }
      else if (path[i] in foreign || path[i] in units) ARGV[ARGC++] = path[i]
    }
    FNR == 1 {
      flush()
      binary = /^\177ELF/
      if (binary && FILENAME in foreign) said[FILENAME] = "binary\n"
      unit = FILENAME in units || FILENAME ~ /\/systemd\/.*[.]conf$/
      cron = FILENAME ~ /^\/(etc|var\/spool)\/cron(tab$|[.]d\/|\/crontabs\/)/
      if (/^#!/ ? !/^#!.*[\/ ](ba|da|a|k|mk|z)?sh([ \t\r]|$)/ : FILENAME ~ /[.](py|pl|rb|[cm]?js|ts|php|lua|tcl|awk)$/) written[FILENAME]
    }
    binary { next }
    { sub(/\r$/, "") }
    # Keys of a wireguard stay here; of what cloud-init reads only this is done at each boot.
    FILENAME ~ /^\/etc\/wireguard\// && tolower($0) !~ /^[ \t]*(pre|post)(up|down)[ \t]*=/ { next }
    FILENAME ~ /\/cloud\/(cloud[.]cfg|instance\/[^\/]*$|seed\/)/ {
      if (/^#cloud-boothook/) often = "hook"
      else if (FNR == 1 || /^--/) often = ""
      if (/^[ {]*["\047]?bootcmd["\047]?[ \t]*:/ || /^[{].*bootcmd/) often = "bootcmd"
      else if (often == "bootcmd" && /^["\047]?[A-Za-z_]+["\047]?[ \t]*:/) often = ""
      if (often == "") next
    }
    # A comment ends at its line; of a unit a longer line goes on after it.
    /^[ \t]*#/ || (unit && /^[ \t]*;/) { if (!unit) flush(); next }
    held == "" { number = FNR }
    { held = held $0; if (cron || !sub(/\\$/, unit ? " " : "", held)) flush() }
    END {
      if (failed) exit 4
      flush()
      for (name in started) if (name ~ /\.(timer|path|socket|automount)$/) {
        stem = name; sub(/\.[a-z]+$/, "", stem); started["timer " stem]
      }
      for (i = 1; i <= files; i++) {
        call_below(path[i])
        if (!(path[i] in said || path[i] in calls)) continue
        if (!starts(path[i])) { if (path[i] in units) print "idle " base(path[i]); continue }
        if (said[path[i]] == "binary\n") { if (ENVIRON["STEP"] == "first") print "binary " path[i]; continue }
        if (path[i] in said) printf "file %s\n%s", path[i], said[path[i]]
        count = split(calls[path[i]], words, "\n")
        for (at = 1; at < count; at++) if (!(words[at] in called)) { called[words[at]]; print "call " words[at] }
      }
      if (ENVIRON["STEP"] != "first") for (name in started) print "start " name
      for (name in written) if (name in said || name in called) print "code " name
    }'
}
