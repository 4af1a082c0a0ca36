"""Runs in django-hordak's own environment: posts two-line transactions, says how long it took.

`python hordak_post.py HOST DATABASE USER`, then a command a line on standard input: `one 500` posts
500 transactions one at a time, each committed, by `Account.transfer_to`; `bulk 20 1000` posts 20
batches of 1,000 by `bulk_create`, each batch committed, as hordak's own benchmark command does.
Each answers with one line of JSON. Its triggers are installed: they are part of it.
"""

import json
import sys
import time

import django
from django.conf import settings


def set_up(host: str, database: str, user: str) -> None:
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": host,
                "NAME": database,
                "USER": user,
                "PORT": "5432",
                "CONN_MAX_AGE": None,
            }
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "mptt",
            "djmoney",
            "hordak",
        ],
        DEFAULT_CURRENCY="USD",
        HORDAK_INTERNAL_CURRENCY="USD",
        HORDAK_CURRENCIES=["USD"],
        CURRENCIES=["USD"],
        USE_TZ=True,
        SECRET_KEY="for a bench only",
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def accounts() -> tuple:
    from hordak.models import Account, AccountType

    expense = Account.objects.create(
        name="Carbon fee", code="1", type=AccountType.expense, currencies=["USD"]
    )
    fund = Account.objects.create(
        name="Carbon fund", code="2", type=AccountType.equity, currencies=["USD"]
    )
    return expense, fund


def post_one_at_a_time(expense, fund, count: int) -> None:
    from moneyed import Money

    for number in range(count):
        fund.transfer_to(expense, Money(100 + number, "USD"), description=f"bench {number}")


def post_in_bulk(expense, fund, batches: int, batch: int) -> None:
    from django.db import transaction
    from hordak.models import Leg, Transaction
    from moneyed import Money

    for _ in range(batches):
        made, legs = [], []
        for number in range(batch):
            entry = Transaction(description=f"bench {number}")
            made.append(entry)
            legs.append(Leg(transaction=entry, account=expense, debit=Money(100 + number, "USD")))
            legs.append(Leg(transaction=entry, account=fund, credit=Money(100 + number, "USD")))
        with transaction.atomic():
            Transaction.objects.bulk_create(made)
            Leg.objects.bulk_create(legs)


def main() -> None:
    set_up(*sys.argv[1:4])
    expense, fund = accounts()
    works = {"one": post_one_at_a_time, "bulk": post_in_bulk}
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        work, *counts = line.split()
        started = time.perf_counter()
        works[work](expense, fund, *map(int, counts))
        print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)


if __name__ == "__main__":
    main()
