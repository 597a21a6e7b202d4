complete -c entra-auth-cli -a '(COMP_LINE=(commandline -cp) entra-auth-cli 2> /dev/null)'
