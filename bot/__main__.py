"""The command line, installed as `storekeeper`; heavy libraries are imported by the command that needs them."""

import io
import json
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot import records
from bot.logs import on_one_line
from bot.shell import AsJson, ConfigPath
from bot.shell import house as _house
from bot.shell import load as _load
from core.errors import ConfigError, InvalidInput, PortalError

app = typer.Typer(
    name="storekeeper",
    help="A chat portal with a reorder agent: answers customers at the counter, reorders in the stockroom.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
database_app = typer.Typer(help="Looks after the database.", no_args_is_help=True)
app.add_typer(database_app, name="db")
app.add_typer(records.app)


class Step(StrEnum):
    """What a backtest goes by."""

    WEEK = "week"
    MONTH = "month"


class Engine(StrEnum):
    """What plan-table computes on."""

    LOCAL = "local"
    SPARK = "spark"


Port = Annotated[int | None, typer.Option(help="Port to listen on, instead of web.port.", min=1, max=65535)]


def main() -> None:
    """Run a command; an expected failure is one sentence and exit code 1, a faulty call or configuration 2."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # bytes that are no text are a hostile message, not our end
    try:
        app()
    except (ConfigError, InvalidInput) as error:
        _complain(error)
        sys.exit(2)
    except PortalError as error:
        _complain(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has left; nothing is wrong
        sys.exit(0)


def _complain(error: PortalError) -> None:
    typer.echo("\n".join(map(on_one_line, f"storekeeper: {error}".split("\n"))), err=True)


@app.command()
def demo(
    port: Port = None,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its database.")] = Path("var/demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew with an untouched shop.")] = False,
    config: ConfigPath = None,
) -> None:
    """Open the demo shop on this machine: web chat, account pages, planner's inbox and scheduler; no credentials."""
    from bot.demo import run

    run(_load(config, port), folder, fresh=fresh)


@app.command()
def serve(
    port: Port = None,
    workers: Annotated[int, typer.Option(help="Processes that share the port.", min=1, max=64)] = 1,
    config: ConfigPath = None,
) -> None:
    """Run what config.toml switches on: the web door and the clock."""
    from bot import serving

    loaded = _load(config, port)
    if loaded.mail.transport == "outbox":
        typer.echo("Nobody can be mailed a sign-in code: mail.transport is “outbox”; set “smtp”.", err=True)
    with _house(loaded) as house:
        said = f"Storekeeper listens on {loaded.web.base_url}"
        if workers == 1:
            serving.serve(house, demo=False, ready=lambda: typer.echo(said))
            return
    typer.echo(f"{said} with {workers} processes")
    serving.serve_with_workers(loaded, config, workers)


@app.command()
def chat(
    person: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Whose conversation: a customer or staff.")],
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Have a conversation on standard input, one turn a line; /1 presses the first button."""
    from bot.channels.console import talk
    from core.chat import Speaker

    with _house(_load(config)) as house:
        staff, customer_id = house.portal.staff_by_email(person), house.portal.customer_by_email(person)
        if staff is None and customer_id is None:
            raise InvalidInput(f"Nobody has the address {person}; see `storekeeper demo` for addresses of the demo.")
        speaker = Speaker(staff_id=staff.email, proof=3) if staff else Speaker(customer_id=customer_id, proof=3)
        if sys.stdin.isatty():
            typer.echo(f"You are {person}. Type a message; Ctrl-D ends.")
        talk(house.portal, house.config, speaker, sys.stdin, as_json=as_json)


@app.command()
def understand() -> None:
    """Read one utterance a line and print what is understood of it as JSON; touches no database."""
    from core.clock import utc_now
    from core.conversation import wording
    from core.conversation.understanding import Reader

    reader = Reader.load(wording.FOLDER)
    today = utc_now().astimezone().date()
    for line in sys.stdin:
        typer.echo(json.dumps(reader.read(line.rstrip("\n"), today=today).as_dict(), ensure_ascii=False))


@app.command()
def policy(
    forget: Annotated[bool, typer.Option("--forget", help="Follow the configuration alone again.")] = False,
    config: ConfigPath = None,
) -> None:
    """Show the policy that an import brought, or forget it; a server that runs follows it when it is started anew."""
    with _house(_load(config)) as house:
        if forget:
            gone = house.portal.forget_policy()
            typer.echo("The configuration alone counts." if gone else "No policy had been adopted.")
            return
        typer.echo(json.dumps(house.portal.policy() or {}, indent=2, ensure_ascii=False))


@app.command("export-customer")
def export_customer(
    address: Annotated[str, typer.Argument(help="The customer's e-mail address.")],
    folder: Annotated[Path, typer.Argument(help="An empty folder to write to.")],
    config: ConfigPath = None,
) -> None:
    """Write everything kept about one customer, as JSON and documents; nothing of anybody else."""
    from bot.privacy import export

    with _house(_load(config)) as house:
        export(house, address, folder)


@app.command("erase-customer")
def erase_customer(
    address: Annotated[str, typer.Argument(help="The customer's e-mail address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Really erase; without it, only shows what there is.")] = False,
    config: ConfigPath = None,
) -> None:
    """Erase one customer as far as the law lets it go, and say what stays and why."""
    from bot.privacy import erase

    with _house(_load(config)) as house:
        erase(house, address, sure=yes)


@app.command()
def plan(
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Plan as on this day.")] = None,
    supplier: Annotated[str | None, typer.Option(help="Only this supplier.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the proposed lines to this CSV file as well.")] = None,
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Compute proposals from the database and put them up for approval."""
    from bot.planning import run

    with _house(_load(config)) as house:
        run(house, as_of.date() if as_of else None, supplier, out, as_json=as_json)


@app.command()
def scorecard(
    supplier: Annotated[str, typer.Option(help="Only this supplier, by its code.")] = "",
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Show how suppliers kept their word in the last year: lead time, fill, on time, slips, defects."""
    from bot.planning import scorecards

    with _house(_load(config)) as house:
        scorecards(house, supplier, as_json=as_json)


@app.command()
def overstock(
    out: Annotated[Path | None, typer.Option(help="Write all of it as CSV.")] = None,
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Show stock that lies too long: what nobody buys any more, what lasts for ages, what will not sell in time."""
    from bot.planning import overstock as run

    with _house(_load(config)) as house:
        run(house, out, as_json=as_json)


@app.command()
def decisions(as_json: AsJson = False, config: ConfigPath = None) -> None:
    """Show what a year's decisions were predicted to cost, what overrides changed, and what they cost so far."""
    from bot.planning import decisions as run

    with _house(_load(config)) as house:
        run(house, as_json=as_json)


@app.command()
def backtest(
    items: Annotated[Path, typer.Option(help="Table of items, CSV or Parquet.")],
    demand: Annotated[Path, typer.Option(help="Table of their demand by day or by month, CSV or Parquet.")],
    period: Annotated[Step, typer.Option(help="What is replayed by.")] = Step.WEEK,
    policy: Annotated[list[str] | None, typer.Option(help="Only this rule; may be given several times.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the figures to this CSV file as well.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the costs into this SVG file.")] = None,
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Replay real demand by week or month: what our rule and the usual ones would have spent; touches no database."""
    from bot.backtesting import Asked, run

    if not run(_load(config), Asked(items, demand, tuple(policy or ()), out, picture, as_json, period.value)):
        sys.exit(1)


@app.command("plan-table")
def plan_table(
    items: Annotated[str, typer.Option(help="Table of items, CSV or Parquet.")],
    demand: Annotated[str, typer.Option(help="Table of their demand by day or week, CSV or Parquet.")],
    out: Annotated[str, typer.Option(help="Where the proposals go, CSV or Parquet by its name; Spark makes a folder.")],
    suppliers: Annotated[str, typer.Option(help="Table of what suppliers ask of an order.")] = "",
    open_orders: Annotated[str, typer.Option(help="Table of what is on its way already.")] = "",
    locations: Annotated[str, typer.Option(help="Table of the room and the money places have.")] = "",
    engine: Annotated[Engine, typer.Option(help="This machine, or a Spark cluster.")] = Engine.LOCAL,
    master: Annotated[str, typer.Option(help="The cluster, such as spark://host:7077; local[*] where left out.")] = "",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day to plan for.")] = None,
    workers: Annotated[int, typer.Option(help="Processes on this machine.", min=1, max=256)] = 2,
    chunk: Annotated[int, typer.Option(help="Items planned at a time; fewer take less memory.", min=1)] = 16_384,
    everything: Annotated[bool, typer.Option("--all", help="Write items of which nothing is ordered too.")] = False,
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Plan orders from tables, of a few items or a million; touches no database."""
    from bot.plan_table.command import Asked, run

    day = as_of.date() if as_of else None
    tables = (items, demand, out, suppliers, open_orders, locations)
    if not run(_load(config), Asked(*tables, engine.value, master, day, workers, chunk, everything, as_json)):
        sys.exit(1)


@app.command()
def notifications(
    explain: Annotated[str, typer.Option(help="Why one letter went, waits or was withdrawn, by its number.")] = "",
    customer: Annotated[str, typer.Option(help="All letters of a customer, by e-mail address.")] = "",
    order: Annotated[str, typer.Option(help="All letters about an order.")] = "",
    retry: Annotated[int | None, typer.Option(help="Send a dead letter after all.")] = None,
    discard: Annotated[int | None, typer.Option(help="Put a dead letter away for good.")] = None,
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Tell why customers were told something or not; without a question, the letters that wait for a person."""
    from bot import post

    with _house(_load(config)) as house:
        if retry is not None or discard is not None:
            post.settle(house, retry, discard)
        else:
            post.explain(house, (explain, customer, order), as_json=as_json)


@database_app.command("upgrade")
def upgrade(config: ConfigPath = None) -> None:
    """Bring the database to the tables of this version; safe to repeat."""
    from core.database.migrate import upgrade as run

    with _house(_load(config), current=False) as house:
        run(house.database)
    typer.echo("The database is up to date.")


@app.command()
def sync(
    name: Annotated[str, typer.Argument(help="A connected system such as shopify; all of them where left out.")] = "",
    once: Annotated[
        bool, typer.Option("--once", help="Read once and stop, instead of going on until stopped.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Compare all records, and put right what differs.")] = False,
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Read what changed in the connected systems; what was cut off goes on from where it stopped."""
    from bot import syncing

    loaded = _load(config)
    with _house(loaded) as house:
        if not syncing.run(house, name, once=once or full, full=full, as_json=as_json):
            sys.exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")], config: ConfigPath = None
) -> None:
    """Write the database, with uploads, and the web secret into one file, while the shop is open."""
    from bot.backup import backup as run

    with _house(_load(config), current=False) as house:
        made = run(house, file)
    typer.echo(f"{file} holds the {made.kind} database as of {made.made_at} (tables {made.revision}).")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `storekeeper backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the records there are.")] = False,
    config: ConfigPath = None,
) -> None:
    """Put a backup in the place of the database; stop the shop first."""
    from bot.backup import restore as run

    with _house(_load(config), current=False) as house:
        sealed = run(house, file, force=force)
    typer.echo(f"{file} is restored; the audit chain holds over {sealed} sealed rows.")


@app.command()
def check(config: ConfigPath = None) -> None:
    """Try configuration, database and records, and say in one line each what is wrong and what to do."""
    from bot.checking import findings

    with _house(_load(config), current=False) as house:
        found = findings(house)
    for finding in found:
        typer.echo(f"{'ok  ' if finding.is_well else 'FAIL'} {finding.text}")
    if not all(finding.is_well for finding in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
