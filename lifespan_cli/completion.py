"""Scripts that teach a shell to complete the command line, made from the tables of options and rules."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lifespan_cli import rules
from lifespan_cli.errors import UsageError
from lifespan_cli.settings import OPTIONS, spelled
from lifespan_cli.usage import ABOUT

_PLACES = {"FILE": "file", "PATH": "file", "DIR": "folder", "FORMAT=PATH": "report"}
"""What a value with this name is completed to, where there is no list of words for it."""
_SENTENCE = re.compile(r"(.*?)\.(?: |$)", re.DOTALL)
"""The first sentence of a help text."""


@dataclass(frozen=True, slots=True)
class Flag:
    """An option as a shell sees it."""

    name: str
    """With its dashes."""
    short: str
    help: str
    takes_value: bool
    words: tuple[str, ...]
    """The values there are; of a report, its formats."""
    place: str
    """What a value is otherwise: file, folder, report, or empty for anything."""
    repeatable: bool


def script(shell: str) -> str:
    """The script for bash, zsh or fish. Raises UsageError for another shell."""
    write = SCRIPTS.get(shell)
    if write is None:
        raise UsageError(f"--completion: {shell!r} is none of {', '.join(SCRIPTS)}")
    return "\n".join(write(tuple(flags()))) + "\n"


def flags() -> Iterator[Flag]:
    """Every option, in the order of the help."""
    codes = tuple(rule.code for rule in rules.RULES)
    for field, option in OPTIONS.items():
        kind = option.kind
        if field != "targets":
            # several paths at once are those of requests, not files
            place = "" if kind.repeatable and kind.metavar == "PATH" else _PLACES.get(kind.metavar, "")
            words = codes if kind.metavar == "CODE" else kind.words
            help_ = _short(option.help)
            yield Flag(f"--{spelled(field)}", option.short, help_, bool(kind.metavar), words, place, kind.repeatable)
    values = {"CODE": codes, "SHELL": tuple(SCRIPTS)}
    for name, short, metavar, help_ in ABOUT:
        yield Flag(name, short, _short(help_), bool(metavar), values.get(metavar, ()), "", False)


def _short(help_: str) -> str:
    found = _SENTENCE.match(help_)
    return found[1] if found else help_


def _names(flag: Flag) -> list[str]:
    return [flag.name, *([flag.short] if flag.short else [])]


# bash


def _bash(known: Sequence[Flag]) -> Iterator[str]:
    yield "# To use it now: source <(lifespan-check --completion bash)"
    yield "_lifespan_check() {"
    yield from _BASH_WHERE
    yield '    case "$option" in'
    for flag in known:
        if flag.takes_value:
            yield f"    {'|'.join(_names(flag))}) {_bash_values(flag)}; return ;;"
    yield "    esac"
    yield '    case "$word" in'
    yield f"    -*) _lifespan_check_words '{' '.join(name for flag in known for name in _names(flag))}' ;;"
    yield "    *) _lifespan_check_files '!*.py' ;;"
    yield "    esac"
    yield "}"
    yield from _BASH_HELPERS
    yield "complete -F _lifespan_check lifespan-check"


def _bash_values(flag: Flag) -> str:
    if flag.place == "report":
        return f"_lifespan_check_report '{' '.join(flag.words)}'"
    if flag.words:
        return f"_lifespan_check_words '{' '.join(flag.words)}'"
    return {"file": "_lifespan_check_files", "folder": "_lifespan_check_folders"}.get(flag.place, ":")


_BASH_WHERE = r"""
    # bash takes --name=value and format=path apart at the sign: what is written up to the cursor is put together again
    local line=${COMP_LINE:0:COMP_POINT} word option IFS=$' \t\n'
    word=${line##*[[:space:]]}
    line=${line%"$word"}
    read -r -a line <<<"$line"
    option=${line[${#line[@]} - 1]}
    if [[ $word == --*=* ]]; then
        option=${word%%=*}
        word=${word#*=}
    fi
    COMPREPLY=()
""".strip("\n").split("\n")
_BASH_HELPERS = r"""
_lifespan_check_words() {
    COMPREPLY=($(compgen -W "$1" -- "$word"))
}
_lifespan_check_report() {
    if [[ $word == *=* ]]; then
        word=${word#*=}
        _lifespan_check_files
    else
        COMPREPLY=($(compgen -W "$1" -S = -- "$word"))
        compopt -o nospace 2>/dev/null
    fi
}
_lifespan_check_files() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f ${1:+"-X$1"} -- "$word"; [[ -z $1 ]] || compgen -d -- "$word"))
}
_lifespan_check_folders() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -d -- "$word"))
}
""".strip("\n").split("\n")


# zsh


def _zsh(known: Sequence[Flag]) -> Iterator[str]:
    yield "#compdef lifespan-check"
    yield "# To use it now: source <(lifespan-check --completion zsh)"
    yield "_lifespan_check() {"
    yield "    _arguments -s -S \\"
    for flag in known:
        others = "*" if flag.repeatable else f"({' '.join(_names(flag))})" if flag.short else ""
        for name in _names(flag):
            sign = "=" if flag.takes_value and name == flag.name else ""
            spec = f"{others}{name}{sign}[{_zsh_escaped(flag.help)}]{_zsh_values(flag)}"
            yield f"        {_quoted(spec)} \\"
    yield "        '*:target:_files -g \"*.py\"'"
    yield "}"
    yield "_lifespan_check_report() {"
    yield "    if compset -P '*='; then _files; else compadd -S = -- \"$@\"; fi"
    yield "}"
    yield 'if [ "$funcstack[1]" = _lifespan_check ]; then'
    yield '    _lifespan_check "$@"'
    yield "else"
    yield "    compdef _lifespan_check lifespan-check"
    yield "fi"


def _zsh_values(flag: Flag) -> str:
    if not flag.takes_value:
        return ""
    if flag.place == "report":
        return f":report:{{_lifespan_check_report {' '.join(flag.words)}}}"
    if flag.words:
        return f":value:({' '.join(flag.words)})"
    return ":value:" + {"file": "_files", "folder": "_files -/"}.get(flag.place, " ")


def _zsh_escaped(text: str) -> str:
    return re.sub(r"([\\\[\]:])", r"\\\1", text)


# fish


def _fish(known: Sequence[Flag]) -> Iterator[str]:
    yield "# To use it now: lifespan-check --completion fish | source"
    for flag in known:
        short = f" -s {flag.short[1:]}" if flag.short else ""
        yield f"complete -c lifespan-check -l {flag.name[2:]}{short}{_fish_values(flag)} -d {_fish_quoted(flag.help)}"


def _fish_values(flag: Flag) -> str:
    if not flag.takes_value:
        return ""
    if flag.place == "report":
        return f" -r -a '{' '.join(f'{word}=' for word in flag.words)}'"
    if flag.words:
        return f" -x -a '{' '.join(flag.words)}'"
    return {"file": " -r -F", "folder": " -x -a '(__fish_complete_directories)'"}.get(flag.place, " -x")


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


SCRIPTS: dict[str, Callable[[Sequence[Flag]], Iterator[str]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
