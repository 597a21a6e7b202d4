Register-ArgumentCompleter -Native -CommandName entra-auth-cli -ScriptBlock {
    param($word, $line, $position)
    $text = $line.ToString()
    $env:COMP_LINE = $text.PadRight($position).Substring(0, $position)
    try { $candidates = entra-auth-cli 2> $null } finally { Remove-Item Env:COMP_LINE }
    $candidates | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
