# Completion of harden for bash 4.3 and later; needs no bash-completion. To use it: source <(harden completion bash)
# What is typed goes to harden as it is, each word as one argument: nothing of it is ever evaluated.
_harden() {
  local line=${COMP_LINE:0:COMP_POINT} before='' kind='' value about i
  local -a typed=()
  COMPREPLY=()
  # bash parts words at : = and @, too; what stands together is one word for harden.
  for ((i = 0; i < COMP_CWORD; i++)); do
    if ((i > 0)) && [[ $line != [[:space:]]* ]]; then
      typed[${#typed[@]} - 1]+=${COMP_WORDS[i]}
    else
      typed+=("${COMP_WORDS[i]}")
    fi
    line=${line#"${line%%[![:space:]]*}"}
    line=${line#"${COMP_WORDS[i]}"}
  done
  if [[ $line != [[:space:]]* ]]; then
    before=${typed[-1]}
    unset 'typed[-1]'
  fi
  line=${line#"${line%%[![:space:]]*}"}
  {
    read -r kind
    while IFS=$'\t' read -r value about; do
      COMPREPLY+=("${value#"$before"}")
    done
  } < <(command harden complete -- "${typed[@]:1}" "$before$line" 2>/dev/null)
  [[ $kind == :files ]] || compopt +o default 2>/dev/null
}
complete -o default -F _harden harden
