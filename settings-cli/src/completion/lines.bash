_FUNCTION_complete() {
    # Readline breaks words at `=` and `:` as well; what follows on without a blank is part of the same argument.
    local rest=${COMP_LINE:0:COMP_POINT} words=() last=-1 i word ahead end
    for ((i = 0; i <= COMP_CWORD; i++)); do
        if ((i < COMP_CWORD)); then
            word=${COMP_WORDS[i]} ahead=${rest%%"$word"*}
        else
            ahead=${rest%%[![:space:]]*} word=${rest#"$ahead"} word=${word#[\"\']}
        fi
        rest=${rest:$((${#ahead} + ${#word}))}
        if ((i > 0)) && [[ -z $ahead && -n $word && ($word == [=:]* || $end == *[=:]) ]]; then
            words[last]+=$word
        else
            words[++last]=$word
        fi
        end=$word
    done
    # Only what stands behind the last of those signs is replaced.
    local kept=${words[last]%"$2"}
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        COMPREPLY+=("${word#"$kept"}")
    done < <(VARIABLE=bash PROGRAM -- "${words[@]}" 2>/dev/null)
    if [[ ${COMPREPLY-} == *[=/] ]]; then compopt -o nospace 2>/dev/null; fi
}
# An old bash can neither keep the order nor take the blank back.
complete -o bashdefault -o nosort -F _FUNCTION_complete NAME 2>/dev/null ||
    complete -o bashdefault -o nospace -F _FUNCTION_complete NAME
