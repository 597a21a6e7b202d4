complete -o default -C entra-auth-cli entra-auth-cli
