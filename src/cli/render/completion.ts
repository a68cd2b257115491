/**
 * The scripts that make a shell complete.
 *
 * Each hands the words up to the cursor to `authcheck __complete` on standard input, never as arguments, and never calls
 * an authcheck that is not on the PATH: the word before the cursor may name a file of somebody else's.
 */

import type { Shell } from '../shell.js';

/** bash puts what it is offered on the command line as it is: it comes quoted. Version 3 knows no compopt. */
const BASH = `# bash completion for authcheck
_authcheck() {
  local kind= line
  COMPREPLY=()
  {
    IFS= read -r kind
    while IFS= read -r line; do
      COMPREPLY+=("\${line%%$'\\t'*}")
    done
  } < <(printf '%s\\0' "\${COMP_WORDS[@]:0:COMP_CWORD+1}" | command authcheck __complete bash "$COMP_WORDBREAKS" 2>/dev/null)
  if [[ $kind == files ]]; then
    compopt -o default 2>/dev/null
  fi
}
if type compopt >/dev/null 2>&1; then
  complete -F _authcheck authcheck
else
  complete -o default -F _authcheck authcheck
fi
`;

/** zsh quotes by itself what compadd is given. */
const ZSH = `#compdef authcheck
# zsh completion for authcheck
_authcheck() {
  local kind line
  local -a values displays
  {
    IFS= read -r kind
    while IFS= read -r line; do
      values+=("\${line%%$'\\t'*}")
      displays+=("\${line/$'\\t'/  -- }")
    done
  } < <(printf '%s\\0' "\${(@)words[1,CURRENT]}" | command authcheck __complete zsh 2>/dev/null)
  if [[ $kind == files ]]; then
    compset -P '--*='
    _files
  elif (( $#values )); then
    compadd -l -d displays -a values
  fi
}
if [[ "\${funcstack[1]}" == _authcheck ]]; then
  _authcheck "$@"
else
  compdef _authcheck authcheck
fi
`;

/** fish quotes by itself, and knows the tab before a description. */
const FISH = `# fish completion for authcheck
function __authcheck_complete
    set -l token (commandline -ct)
    set -l answer (printf '%s\\0' (commandline -opc) "$token" | command authcheck __complete fish 2>/dev/null)
    if test "$answer[1]" = files
        __fish_complete_path "$token"
    else if set -q answer[2]
        printf '%s\\n' $answer[2..-1]
    end
end
complete -c authcheck -f -a '(__authcheck_complete)'
`;

/** PowerShell puts what it is offered on the command line as it is: it comes quoted. */
const POWERSHELL = `# PowerShell completion for authcheck
Register-ArgumentCompleter -Native -CommandName authcheck -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $OutputEncoding = [Text.UTF8Encoding]::new($false)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    $program = Get-Command authcheck -CommandType Application, ExternalScript -ErrorAction Ignore | Select-Object -First 1
    if (-not $program) { return }
    $typed = -join (@($words) + "$wordToComplete" | ForEach-Object { "$_\`0" })
    $kind, $lines = @($typed | & $program __complete powershell 2>$null)
    if ($kind -eq 'files') {
        return [Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
    }
    foreach ($line in $lines) {
        $value, $note = $line -split "\`t", 2
        if (-not $note) { $note = $value }
        [Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $note)
    }
}
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL };

/** The script of a shell. */
export function formatCompletionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
