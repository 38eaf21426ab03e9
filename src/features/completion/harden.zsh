#compdef harden
# Completion of harden for zsh. To use it: source <(harden completion zsh), behind compinit; or as _harden in a folder of $fpath.
# What is typed goes to harden as it is, each word as one argument: nothing of it is ever evaluated.
_harden() {
  emulate -L zsh
  local -a lines values shown
  local line about
  lines=("${(@f)$(command harden complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  for line in "${(@)lines[2,-1]}"; do
    values+=("${line%%$'\t'*}")
    about=${line#*$'\t'}
    shown+=("${line%%$'\t'*}${about:+  -- $about}")
  done
  if (( $#values )); then
    compadd -l -d shown -a values
  elif [[ $lines[1] == :files ]]; then
    _files
  fi
}
if [[ $funcstack[1] == _harden ]]; then
  _harden "$@"
else
  compdef _harden harden
fi
