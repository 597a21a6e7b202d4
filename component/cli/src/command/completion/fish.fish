function __entra_auth_cli_candidates
  set -l candidates (COMP_LINE=(commandline -cp) entra-auth-cli 2> /dev/null)
  if set -q candidates[1]
    printf '%s\n' $candidates
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c entra-auth-cli -f -a '(__entra_auth_cli_candidates)'
