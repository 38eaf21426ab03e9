# shellcheck shell=sh disable=SC2034,SC2016 # sshd.sh uses it; awk
# For each Match line of sshd's files a connection that should satisfy it: FILE:LINE TAB SPEC TAB CRITERIA.
sshd_samples='
function like(pattern) {
  gsub(/[.+()|^$\\{}\[\]]/, ".", pattern); gsub(/\*/, ".*", pattern); gsub(/\?/, ".", pattern)
  return "^" pattern "$"
}
function sample(list, star,   part, count, i, j, word) {
  count = split(list, part, ",")
  for (i = 1; i <= count; i++) if (part[i] !~ /^!/ && part[i] != "*") {
    word = part[i]
    sub(/\/[0-9]+$/, "", word); gsub(/[*?]/, star, word)
    for (j = 1; j <= count; j++) if (part[j] ~ /^!/ && word ~ like(substr(part[j], 2))) word = ""
    if (word != "") return word
  }
  return ""
}
function is_in(user, group) { return index("," members[group] ",", "," user ",") }
function barred(user, part, count,   i, name) {
  for (i = 1; i <= count; i++) if (part[i] ~ /^!/)
    for (name in members) if (name ~ like(substr(part[i], 2)) && is_in(user, name)) return 1
  return 0
}
function member(list,   part, count, i, j, name, each) {
  count = split(list, part, ",")
  for (i = 1; i <= count; i++) if (part[i] !~ /^!/)
    for (name in members) if (name ~ like(part[i])) {
      split(members[name], each, ",")
      for (j = 1; j in each; j++) if (each[j] != "" && !barred(each[j], part, count)) return each[j]
    }
  return ""
}
FILENAME == "/etc/group" { split($0, f, ":"); if (!(f[3] in gid)) gid[f[3]] = f[1]; if (!(f[1] in members)) members[f[1]] = f[4]; next }
FILENAME == "/etc/passwd" { split($0, f, ":"); if (f[4] in gid) members[gid[f[4]]] = members[gid[f[4]]] "," f[1]; next }
{
  sub(/\r$/, ""); sub(/^[ \t]+/, "")
  if (tolower($0) !~ /^match[ \t=]/) next
  text = $0
  sub(/^[^ \t=]+[ \t]*=?[ \t]*/, ""); gsub(/"/, "")
  user = "harden-probe"; address = "203.0.113.1"; host = ""; laddr = here; lport = port; rdomain = ""
  for (i = 1; i <= NF; i++) {
    key = tolower($i); value = $(i + 1)
    if (key ~ /=/) { value = key; sub(/^[^=]*=/, "", value); sub(/=.*/, "", key); value = substr($i, length(key) + 2); i-- }
    if (key == "user") { s = sample(value, "x"); if (s != "") user = s }
    else if (key == "group") { s = member(value); if (s != "") user = s }
    else if (key == "address") { s = sample(value, "1"); if (s != "") address = s }
    else if (key == "host") { s = sample(value, "x"); if (s != "") host = s }
    else if (key == "localaddress") { s = sample(value, "1"); if (s != "") laddr = s }
    else if (key == "localport") { s = sample(value, "1"); if (s != "") lport = s }
    else if (key == "rdomain") { s = sample(value, "x"); if (s != "") rdomain = s }
    else continue
    i++
  }
  spec = "user=" user ",host=" (host == "" ? address : host) ",addr=" address ",laddr=" laddr ",lport=" lport
  if (rdomain != "") spec = spec ",rdomain=" rdomain
  print FILENAME ":" FNR "\t" spec "\t" text
}'
