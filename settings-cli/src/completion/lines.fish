function _FUNCTION_complete
    set --local words (commandline --current-process --tokenize --cut-at-cursor)
    set --local word (string trim --left --chars '"\'' -- (commandline --current-token --cut-at-cursor))
    VARIABLE=fish PROGRAM -- $words $word 2>/dev/null
end
complete --keep-order --exclusive --command NAME --arguments '(_FUNCTION_complete)'
