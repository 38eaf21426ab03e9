# shellcheck shell=sh
# What makes one dump of a table of another, and what of it is ours: programs of awk.

# Reads two dumps of a filter table, saved and current, and prints what makes the first of the second, for
# `iptables-restore -n`: chains that match `ours`, jumps to them from others' chains, and, with `policies`, those. In
# another table ours is what the file `known` has: its chains, and its rules in chains that the kernel brings. A chain of
# somebody else's that is gone is made before a jump goes into it, by -N, which never empties one that is there after all.
# shellcheck disable=SC2016 # awk's own $
RULES_OURS='
BEGIN {
  while (known != "" && (getline text < known) > 0) {
    split(text, word)
    if (text ~ /^:/ && word[2] == "-") own_chain[substr(word[1], 2)] = 1
    if (text ~ /^-A/) own_rule[text] = 1
  }
}
function ours_is(chain) { return known == "" ? chain ~ ours : chain in own_chain }
function is_own(rule) { return ours_is(target(rule)) || rule in own_rule }
function target(rule) { return match(rule, / -[jg] [^ ]+/) ? substr(rule, RSTART + 4, RLENGTH - 4) : "" }'
# shellcheck disable=SC2016 # awk's own $
RULES_BACK=$RULES_OURS'
FNR == 1 { dump++ }
/^:/ {
  chain = substr($1, 2)
  there[dump, chain] = $2 == "-"
  if ($2 != "-") { if (dump == 1) policy[chain] = $2; else builtin[chain] = $2 }
  else if (ours_is(chain)) { if (dump == 1) { saved[chain] = 1; order[++chains] = chain } else current[chain] = 1 }
}
/^-A / {
  chain = $2
  rule = substr($0, length("-A " chain " ") + 1)
  if (ours_is(chain)) { if (dump == 1) rules[++count] = $0 }
  else {
    seen[chain] = 1
    n = ++length_of[dump, chain]
    line[dump, chain, n] = rule
    if (is_own($0)) {
      is_jump[dump, chain, n] = 1
      list[dump, chain] = list[dump, chain] "\n" rule
    } else {
      if (dump == 2 && loopback && rule ~ /^-[io] lo -j ACCEPT$/) lo[chain] = rule
      if (dump == 1) had[chain, rule] = 1
    }
  }
}
# A jump comes back before the first of the rules that followed it and are still there, wherever others added theirs.
function jumps_back(chain,   i, k, m, at) {
  m = 0
  for (i = 1; i <= length_of[2, chain]; i++)
    if ((2, chain, i) in is_jump) print "-D " chain " " line[2, chain, i]
    else now[++m] = line[2, chain, i]
  for (i = 1; i <= length_of[1, chain]; i++) {
    if (!((1, chain, i) in is_jump)) continue
    at = m + 1
    for (k = i + 1; k <= length_of[1, chain] && at > m; k++)
      if (!((1, chain, k) in is_jump)) for (at = 1; at <= m && now[at] != line[1, chain, k]; at++);
    for (k = m++; k >= at; k--) now[k + 1] = now[k]
    now[at] = "of ours"
    print "-I " chain " " at " " line[1, chain, i]
  }
}
END {
  if (dump < 2 && !chains) exit
  print "*" (table == "" ? "filter" : table)
  if (policies) for (chain in builtin) print ":" chain " " (chain in policy ? policy[chain] : "ACCEPT") " [0:0]"
  for (i = 1; i <= chains; i++) print ":" order[i] " - [0:0]"
  for (chain in current) if (!(chain in saved)) print ":" chain " - [0:0]"
  for (chain in seen) if (list[1, chain] != "" && !((2, chain) in there) && there[1, chain]) print "-N " chain
  for (chain in seen) if (list[1, chain] != list[2, chain]) jumps_back(chain)
  for (chain in lo) if (!((chain, lo[chain]) in had)) print "-D " chain " " lo[chain]
  for (i = 1; i <= count; i++) print rules[i]
  for (chain in current) if (!(chain in saved)) print "-X " chain
  print "COMMIT"
}'

# What of a dump is ours, in an order that does not depend on which chain was made first.
# shellcheck disable=SC2016 # awk's own $
RULES_VIEW=$RULES_OURS'
/^:/ { chain = substr($1, 2); if ($2 != "-") { if ($2 != "ACCEPT") print chain " policy " $2 } else if (ours_is(chain)) print chain " chain" }
/^-A / { if (ours_is($2) || is_own($0)) print $2 " " $0 }'

# Reads a view as it was, a line "=", and as it is; prints the commands that make the first of the second, ten at most.
# shellcheck disable=SC2016 # awk's own $
RULES_UNLIKE='
$0 == "=" { now = 1; next }
$0 != "" { if (!($0 in times)) order[++lines] = $0; times[$0] += now ? -1 : 1 }
function command(line, gone,   word) {
  split(line, word)
  if (word[2] == "chain") return tool (gone ? " -X " : " -N ") word[1]
  if (word[2] == "policy") return tool " -P " word[1] " " (gone ? "ACCEPT" : word[3])
  sub(/^[^ ]* -A/, gone ? "-D" : "-A", line)
  return tool " " line
}
# A chain is made before what is in it, and goes after it.
function rank(text) { return index("NPADX", substr(text, length(tool) + 3, 1)) }
END {
  for (i = 1; i <= lines; i++) if (times[order[i]] != 0) commands[++count] = command(order[i], times[order[i]] < 0)
  for (at = 1; at <= 5; at++) for (i = 1; i <= count; i++)
    if (rank(commands[i]) == at && ++shown <= 10) printf "%s%s", (shown > 1 ? "; " : ""), commands[i]
  if (shown > 10) printf "; and %d more", shown - 10
  if (!count) printf "nothing, for the same rules stand in another order"
}'

# A rule a line, as every reader here takes them: a comment may hold newlines, and what follows one may look like a rule.
# iptables-restore reads no such comment, so that a blank stands for each. False where quotes stay open.
# shellcheck disable=SC2016 # awk's own $
RULES_LINES='
{
  line = open ? line " " $0 : $0
  bare = line
  gsub(/ "([^"\\]|\\.)*"/, "", bare)
  open = bare ~ /"/
  if (!open) print line
}
END { exit open }'

# dump TOOL [TABLE]: of all tables that are there where none is named.
dump() { "$1-save" ${2:+-t "$2"} 2>/dev/null | awk "$RULES_LINES"; }

# unlike TOOL WAS IS: what would make the first view of the second.
unlike() { printf '%s\n' "$2" = "$3" | awk -v tool="$1" "$RULES_UNLIKE"; }
