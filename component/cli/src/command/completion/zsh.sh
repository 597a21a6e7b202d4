#compdef entra-auth-cli
_entra_auth_cli() {
  local -a candidates
  candidates=("${(@f)$(COMP_LINE="${(j: :)words[1,CURRENT]}" entra-auth-cli 2> /dev/null)}")
  candidates=(${candidates:#})
  (( $#candidates )) && compadd -a candidates || _files
}
compdef _entra_auth_cli entra-auth-cli
