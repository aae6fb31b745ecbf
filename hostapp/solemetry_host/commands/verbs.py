# SPDX-License-Identifier: Apache-2.0
"""How a verb is declared, and how the verbs are listed; each is built when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

F = TypeVar("F", bound=Callable[..., Any])

BROKEN_OFF = 130
"""Exit code of what was stopped with Ctrl-C, as shells have it."""


def part(name: str | None = None, words: str = "") -> typer.Typer:
    """Return a part of the command, to be given its verbs by `verb`.

    Parameters
    ----------
    name : str, optional
        Its verbs stand behind this word; without it, they stand alone.
    words : str
        What the help says of it.
    """
    return typer.Typer(
        name=name,
        help=words,
        cls=Part,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # boxes around the help cost half of the time that it takes
    )


def verb(
    of: typer.Typer, name: str, *examples: str, tells: Mapping[str, str] | None = None
) -> Callable[[F], F]:
    """Make a verb of a function: its docstring is the help, its parameters the options.

    Parameters
    ----------
    of : typer.Typer
    name : str
    *examples : str
        Lines to type.
    tells : mapping of str to str, optional
        The keys of what ``--json`` prints, and what they are. ``[].key`` is a key of each of a
        list, ``a.b`` one of an inner document.
    """
    built = partial(Verb, examples=examples, tells=tells or {})
    return of.command(name=name, cls=cast(type[TyperCommand], built))


def stopped(remedy: str = "") -> typer.Exit:
    """Say that it was stopped, and return what ends the command."""
    typer.echo(f"Stopped. {remedy}".strip(), err=True)
    return typer.Exit(BROKEN_OFF)


class Verb(TyperCommand):
    """A verb that knows examples of itself, and what it tells programs."""

    def __init__(self, *, examples: Sequence[str], tells: Mapping[str, str], **given: Any) -> None:
        super().__init__(**given)
        self.examples = examples
        self.tells = tells

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take words apart. For the Tab key they are not checked: to load what does takes long."""
        if ctx.resilient_parsing:
            for param in cast(list[Any], self.get_params(ctx)):
                param.process_value = lambda ctx, value: value
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples below the options."""
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")

    def invoke(self, ctx: Any) -> Any:
        """Do it. Before, do what the one who runs the command gave for that."""
        begin = ctx.find_root().obj
        if callable(begin):
            begin()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise stopped() from None
        except typer.Abort as broken:  # at a question
            if isinstance(broken.__context__, EOFError):
                raise typer.BadParameter("It asks something, and nobody answers.") from None
            raise stopped() from None


class Part(TyperGroup):
    """Words before verbs. What was not typed is not checked: to load what does takes long."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take words apart."""
        for param in cast(list[Any], self.get_params(ctx)):
            param.process_value = partial(_checked_if_typed, param.process_value)
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what each verb does, to the end of the sentence."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, str(verb.help).partition("\n")[0])
                    for name, verb in cast(dict[str, Any], self.commands).items()
                ]
            )


class Verbs(Part):
    """All verbs, listed under headings; subclasses say which."""

    headings: ClassVar[Mapping[str, Sequence[typer.Typer]]] = {}

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        parts = [part for parts in self.headings.values() for part in parts]
        self.commands = cast(dict[str, Any], _OnDemand(parts))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what there is, without building it."""
        width = max(len(name) for name in self.commands)
        for heading, parts in self.headings.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [
                        (f"{name:<{width}}", words)
                        for part in parts
                        for name, words in _listed(part)
                    ]
                )


def _checked_if_typed(check: Callable[[Any, Any], Any], ctx: Any, value: Any) -> Any:
    return None if value is None else check(ctx, value)


class _OnDemand(Mapping[str, Any]):
    """The verbs by name."""

    def __init__(self, parts: Iterable[typer.Typer]) -> None:
        self._of = {name: part for part in parts for name, _ in _listed(part)}
        self._built: dict[str, Any] = {}

    def part_of(self, name: str) -> typer.Typer:
        """Return the part that a verb, or a word before verbs, comes from."""
        return self._of[name]

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = _built(self._of[name], name)
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)


def _listed(part: typer.Typer) -> list[tuple[str, str]]:
    """Return names and first lines of what stands in the first place behind ``solemetry``."""
    if part.info.name:
        return [(part.info.name, str(part.info.help))]
    return [
        (str(command.name), str(command.callback.__doc__).partition("\n")[0])
        for command in part.registered_commands
    ]


def _built(of: typer.Typer, name: str) -> Any:
    if of.info.name:
        return get_group(of)
    alone = part()
    alone.registered_commands = [one for one in of.registered_commands if one.name == name]
    return get_group(alone).commands[name]
