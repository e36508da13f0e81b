"""The command line: arguments, what each command does, and what it prints.

Public: `main.main`. A file a command has its arguments (`run`, `show`, `data`, ...), `options` what
several share; `commands` holds what each does, `templates` what `ganbench new` writes. Heavy
imports wait until a command needs them.

It is the top: it may import every wing, and none imports it.
"""
