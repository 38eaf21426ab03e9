# shellcheck shell=sh
# The tables beside filter. ufw flushes none of them, so each of its starts adds once more what before.rules says of
# nat or mangle. What its files say there, in the kernel's own words, is kept as it was; nothing else is touched.

# other_tables: of a dump or of ufw's files; without comments and counters.
other_tables() { awk '/^\*/ { other = $0 != "*filter" } other && !/^#/ { sub(/ \[[0-9:]*\]$/, ""); print }'; }

# table_of TABLE: its part of what other_tables has printed. An empty one still has to count as a file.
table_of() { awk -v table="*$1" 'BEGIN { print "# " table } /^\*/ { on = $0 == table } on'; }

# snapshot_tables: nothing more where ufw's files say nothing of other tables, as they come from the package.
snapshot_tables() {
  local tool six said
  for tool in $(families); do
    [ ! -e "$RUN/undo/tables-$tool" ] || continue
    dump "$tool" | other_tables >"$RUN/undo/tables-$tool" || return
    case $tool in iptables) six= ;; *) six=6 ;; esac
    said=$(cat "$R/etc/ufw/before$six.rules" "$R/etc/ufw/after$six.rules" 2>/dev/null | other_tables)
    [ -n "$said" ] || continue
    # In the words of the kernel, as a dump has them: loaded where there is nothing else.
    # shellcheck disable=SC2016 # expanded by the shell within
    printf '%s\n' "$said" | unshare -n sh -c '"$1-restore" && "$1-save"' sh "$tool" 2>/dev/null |
      other_tables >"$RUN/undo/ufw-$tool" || return
    [ -s "$RUN/undo/ufw-$tool" ] ||
      note tables-unknown "$tool" "what ufw's files say of other tables than filter can't be loaded apart; a start of ufw may double it"
  done
}

# hold_tables, settle_tables: around a start of ufw. A rule that was there before is there as often as before, and where
# it was; one that was not is what ufw's files are for.
hold_tables() {
  local tool
  for tool in $(families); do
    [ ! -s "$RUN/undo/ufw-$tool" ] || dump "$tool" | other_tables >"$RUN/scratch/tables-$tool" || return
  done
}

settle_tables() {
  local tool
  for tool in $(families); do
    [ -s "$RUN/undo/ufw-$tool" ] || continue
    awk '/^\*/ { table = $0 }
      FILENAME == ARGV[1] { was[table, $0] = 1; next }
      /^\*/ || (/^-A/ && (table, $0) in was)' "$RUN/scratch/tables-$tool" "$RUN/undo/ufw-$tool" >"$RUN/scratch/doubled"
    tables_back "$tool" "$RUN/scratch/tables-$tool" "$RUN/scratch/doubled" ||
      note not-restored "$tool" "rules of other tables than filter, which ufw's start has doubled. What mends that: $UNLIKE"
  done
}

# tables_back TOOL SAVED KNOWN: chains and rules of KNOWN as they are in SAVED; false when they are not, and UNLIKE what
# would mend that.
tables_back() {
  local tables table text was is
  tables=$(sed -n 's/^\*//p' "$3")
  for table in $tables; do
    table_of "$table" <"$2" >"$RUN/scratch/table"
    table_of "$table" <"$3" >"$RUN/scratch/known"
    text=$(dump "$1" | table_of "$table" |
      awk -v table="$table" -v known="$RUN/scratch/known" "$RULES_BACK" "$RUN/scratch/table" -)
    case $text in
    *"
"[-:]*) { printf '%s\n' "$text" | "$1-restore" -w 10 -n; } 2>/dev/null ;;
    esac
    was=$(awk -v known="$RUN/scratch/known" "$RULES_VIEW" "$RUN/scratch/table")
    is=$(dump "$1" | table_of "$table" | awk -v known="$RUN/scratch/known" "$RULES_VIEW")
    [ "$was" = "$is" ] || { UNLIKE=$(unlike "$1 -t $table" "$was" "$is") && return 1; }
  done
}

# undo_tables RUN: as they were before that run.
undo_tables() {
  local undone tool
  undone=$D/runs/$1/undo
  for tool in $(families); do
    [ ! -s "$undone/ufw-$tool" ] || tables_back "$tool" "$undone/tables-$tool" "$undone/ufw-$tool" ||
      note differs "$tool" "rules that ufw's files add to other tables than filter are not as they were. What mends that: $UNLIKE"
  done
}
