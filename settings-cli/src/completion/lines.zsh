_FUNCTION_complete() {
    local -a asked lines values folders beginnings
    local line value
    asked=("${(@Q)words[1,CURRENT - 1]}" "${(Q)IPREFIX}${(Q)PREFIX}")
    lines=("${(@f)$(VARIABLE=zsh PROGRAM -- "${asked[@]}" 2>/dev/null)}")
    for line in "${(@)lines:#}"; do
        value=${line%%$'\t'*}
        line=${${value//\\/\\\\}//:/\\:}${line#$value}
        line=${line/$'\t'/:}
        case $value in
            */) folders+=("${line%/}") ;;
            *=) beginnings+=("$line") ;;
            *) values+=("$line") ;;
        esac
    done
    local -a any_case=(-M 'm:{[:lower:][:upper:]}={[:upper:][:lower:]}')
    (( $#values )) && _describe -V values values $any_case
    (( $#beginnings )) && _describe -V values beginnings $any_case -S ''
    (( $#folders )) && _describe -V values folders $any_case -S / -r /
    (( $#values + $#beginnings + $#folders ))
}
compdef _FUNCTION_complete NAME
