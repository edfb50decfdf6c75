"""The options that commands share, and the decorator that gives them to every command."""

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer
from typer._click import Context as ClickContext  # the base class of typer.Context, which the overridden methods take
from typer.core import TyperArgument, TyperCommand, TyperOption

from hokctl.context import AppContext
from hokctl.domain.runway import BurnChoice
from hokctl.errors import UsageError, remember_path, shown
from hokctl.result import CommandResult
from hokctl.runtime import CarryOptions, Runtime, SharedOptions

if TYPE_CHECKING:
    from hokctl.domain.findings import Finding

P = ParamSpec("P")

ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="The id of the model, byte for byte.", show_default=False)
]
OptionalModels = Annotated[
    list[str] | None,
    typer.Argument(metavar="MODEL", help="Model ids; all models when none is named.", show_default=False),
]
AmountArgument = Annotated[
    str, typer.Argument(metavar="AMOUNT", help="A decimal amount in token units, such as 1250.75.", show_default=False)
]
InvoiceArgument = Annotated[str, typer.Argument(metavar="INVOICE", help="The invoice number.", show_default=False)]
SafeTxArgument = Annotated[
    str,
    typer.Argument(metavar="SAFE_TX_HASH", help="The safeTxHash, or its first 8 digits or more.", show_default=False),
]
DailyBurnOption = Annotated[
    str | None,
    typer.Option("--daily-burn", metavar="AMOUNT", help="The burn a day in token units, for exactly one model."),
]
BurnOption = Annotated[
    BurnChoice,
    typer.Option("--burn", help="Where the burn comes from; auto: declared, else measured, else invoices."),
]
WindowOption = Annotated[
    int, typer.Option("--window-days", min=1, max=3650, metavar="DAYS", help="Over how many days to measure.")
]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Read all logs anew, and keep none of them for the next time.")
]


class OutputFormat(StrEnum):
    """For whom the result is written."""

    TEXT = "text"
    JSON = "json"


class Via(StrEnum):
    """The way a plan takes to the chain."""

    AUTO = "auto"
    DIRECT = "direct"
    SAFE = "safe"
    TIMELOCK = "timelock"
    GOVERNOR = "governor"
    EXPORT = "export"


class UnknownOptionError(UsageError):
    """An option that the command does not have."""

    code = "unknown-option"

    def __init__(self, option: str, *, known: Sequence[str], command: str) -> None:
        """Name the option, and the one that was probably meant."""
        close = get_close_matches(option, known, n=1, cutoff=0.75)
        hint = f"Did you mean {close[0]}?" if close else f"`{command} --help` lists the options."
        super().__init__(f"`{command}` has no option {option}.", hint=hint)


def _shared_options(  # the template whose parameters every command gets
    *,
    network: Annotated[
        str | None,
        typer.Option(
            "--network", "-n", envvar="HOKCTL_NETWORK", metavar="NAME", help="A network from the configuration."
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", envvar="HOKCTL_CONFIG", metavar="FILE", help="The configuration file.")
    ] = None,
    output: Annotated[
        OutputFormat, typer.Option("--output", "-o", envvar="HOKCTL_OUTPUT", help="Write for people or for scripts.")
    ] = OutputFormat.TEXT,
    block: Annotated[
        str, typer.Option("--block", metavar="BLOCK", help="The block to read at: a number, latest, safe or finalized.")
    ] = "latest",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the result and errors.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also tell what is read and what the node is asked.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a redacted traceback for unforeseen errors.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours; also with NO_COLOR set.")] = False,
) -> SharedOptions:
    return SharedOptions(
        network=network,
        config=config,
        output=output.value,
        block=block,
        quiet=quiet,
        verbose=verbose,
        debug=debug,
        no_color=no_color,
    )


def _carry_options(  # the template for commands that change state
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Build, check, simulate and show; needs no key.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; required without a terminal.")] = False,
    via: Annotated[Via, typer.Option("--via", help="The way to the chain; auto asks the chain who may.")] = Via.AUTO,
    signer: Annotated[
        str | None, typer.Option("--signer", metavar="NAME", help="A signer from the configuration.")
    ] = None,
    safe: Annotated[
        str | None, typer.Option("--safe", metavar="ADDRESS|NAME", help="The Safe that must act, or nobody.")
    ] = None,
    nonce: Annotated[int | None, typer.Option("--nonce", min=0, metavar="N", help="The Safe nonce to use.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="PATH", help="A new file for the proposal; with --via export, the file or folder."
        ),
    ] = None,
    allow: Annotated[
        list[str] | None, typer.Option("--allow", metavar="CODE", help="Accept the finding with this code; repeatable.")
    ] = None,
    max_fee: Annotated[
        str | None, typer.Option("--max-fee", metavar="GWEI", help="The most to pay per unit of gas.")
    ] = None,
) -> CarryOptions:
    return CarryOptions(
        dry_run=dry_run,
        yes=yes,
        via=via.value,
        signer=signer,
        safe=safe,
        nonce=nonce,
        out=out,
        allow=frozenset(allow or ()),
        max_fee_gwei=max_fee,
    )


class HokctlCommand(TyperCommand):
    """A command whose arguments may look like negative numbers, so that their own error is shown."""

    def parse_args(self, ctx: ClickContext, args: list[str]) -> list[str]:
        """Parse as usual, with unknown options left in the arguments, and refuse them by name afterwards."""
        runtime = ctx.find_object(Runtime)
        if runtime is not None:
            runtime.command = " ".join(ctx.command_path.split()[1:])
        ctx.ignore_unknown_options = True
        ctx.allow_extra_args = True
        literal = args[args.index("--") + 1 :] if "--" in args else []
        args = [*_with_values(args[: len(args) - len(literal)], self._optional_names()), *literal]
        rest = super().parse_args(ctx, args)
        ctx.args = []
        given = [*self._argument_values(ctx), *rest]
        for value in given:
            if _is_option(value) and value not in literal:
                raise UnknownOptionError(value.split("=")[0], known=self._option_names(), command=ctx.command_path)
        if rest and not ctx.resilient_parsing:
            raise UsageError(
                f"`{ctx.command_path}` does not take the argument {rest[0]!r}.",
                hint=f"`{ctx.command_path} --help` shows its arguments.",
            )
        return rest

    def _argument_values(self, ctx: ClickContext) -> list[str]:
        values = [
            ctx.params.get(param.name) for param in self.params if isinstance(param, TyperArgument) and param.name
        ]
        flat = [item for value in values for item in (value if isinstance(value, list | tuple) else [value])]
        return [item for item in flat if isinstance(item, str)]

    def _optional_names(self) -> frozenset[str]:
        """Return the options whose value may be left out, which their metavar shows in brackets."""
        options = [param for param in self.params if isinstance(param, TyperOption)]
        return frozenset(name for param in options if (param.metavar or "").startswith("[") for name in param.opts)

    def _option_names(self) -> list[str]:
        return [name for param in self.params if isinstance(param, TyperOption) for name in param.opts]


def _with_values(args: Sequence[str], optional: frozenset[str]) -> Iterator[str]:
    """Yield the arguments, with an empty value after each option in `optional` that has none."""
    for position, argument in enumerate(args):
        following = args[position + 1 : position + 2]
        bare = argument in optional and (not following or following[0].startswith("-"))
        yield f"{argument}=" if bare else argument


def _is_option(value: str) -> bool:
    return len(value) > 1 and value[0] == "-" and not (value[1].isdigit() or value[1:2] == ".")


def command(
    app: typer.Typer, name: str | None = None, *, carries: bool = False
) -> Callable[[Callable[P, CommandResult]], Callable[P, CommandResult]]:
    """Return a decorator that registers a command in `app` together with the shared options.

    The decorated function takes an AppContext first; its other parameters are the command's own arguments and
    options. A command that `carries` a plan to the chain takes the options of every state change too.
    """

    def register(function: Callable[P, CommandResult]) -> Callable[P, CommandResult]:
        app.command(name, cls=HokctlCommand)(_with_shared_options(function, carries=carries))
        return function

    return register


def _with_shared_options(function: Callable[..., CommandResult], *, carries: bool) -> Callable[..., CommandResult]:
    first, *own = inspect.signature(function, eval_str=True).parameters.values()
    if first.annotation is not AppContext:
        raise TypeError(f"{function.__name__} must take an AppContext first")
    shared = _template(_shared_options)
    carry = _template(_carry_options) if carries else []

    @functools.wraps(function)
    def run(ctx: typer.Context, **values: Any) -> CommandResult:  # noqa: ANN401 - each option has its own type
        runtime = ctx.find_object(Runtime)
        if runtime is None:
            raise RuntimeError("commands run through hokctl.cli.main, which provides a Runtime")
        for value in values.values():
            if isinstance(value, Path):
                remember_path(str(value))
        options = _shared_options(**{parameter.name: values.pop(parameter.name) for parameter in shared})
        carrying = _carry_options(**{parameter.name: values.pop(parameter.name) for parameter in carry})
        with AppContext(runtime, options, carrying) as context:
            result = function(context, **values)
            found = (*result.findings, *_notices(context))
            return replace(result, findings=(*found, *_unused(carrying.allow, found)))

    ctx_parameter = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    visible = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    parameters = [ctx_parameter, *visible, *carry, *shared]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it through inspect
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _notices(context: AppContext) -> "tuple[Finding, ...]":
    """Return what the store of proposals came upon, if the command has used it."""
    store = vars(context).get("proposals")
    return () if store is None else store.notices


def _unused(allow: frozenset[str], found: "tuple[Finding, ...]") -> "Iterator[Finding]":
    """Yield a remark for each code that --allow names and that nothing was found with: it may be misspelt."""
    from hokctl.domain.findings import Finding, Severity

    for code in sorted(allow - {finding.code for finding in found}):
        yield Finding(
            code="allow-unused",
            severity=Severity.INFO,
            subject="--allow",
            message=f"Nothing was found with the code {shown(code)!r}, so allowing it changed nothing.",
            remedy="docs/errors.md lists the codes; leave the option away where it is not needed.",
        )


def _template(function: Callable[..., object]) -> list[inspect.Parameter]:
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
