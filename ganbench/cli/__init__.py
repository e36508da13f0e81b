"""The command line: arguments, what each command does, and what it prints.

Public: `main.main`. `commands` holds what each command does, `templates` what `ganbench new`
writes. Heavy imports wait until a command needs them.

It is the top: it may import every wing, and none imports it.
"""
