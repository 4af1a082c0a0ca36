"""Notices: told once a person, seen by who may see it, read by nobody else."""

from __future__ import annotations

import pytest
from django.db import transaction

from departments.organisation.models import Membership, User
from departments.organisation.notice_list import notices_of, unread_count
from departments.organisation.notice_models import Notice, NoticeDelivery, NoticeKind
from departments.organisation.notice_settings import choose, deliveries_of
from departments.organisation.notices import News, Target, mark_all_read, mark_read, tell
from departments.organisation.reach import people_of
from tests.factories import NOON, Cast, make_cast

BILL = Target("bill", ("CLOUD", "fee", "2023Q1"))


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def say(cast: Cast, *people: User, key: str = "one", code: str = "CLOUD") -> None:
    facts = {"scheme": "Fee", "period": "2023Q1", "departments": [code], "more": 0}
    news = [News(person.pk, [cast.id_of(code)], BILL, facts) for person in people]
    tell(kind=NoticeKind.STATEMENT_READY, key=key, news=news, at=NOON)


def test_the_same_thing_is_told_once_however_often_it_is_said(cast: Cast):
    viewer, approver = cast.people["cloud-viewer"], cast.people["cloud-approver"]
    for _ in range(3):
        say(cast, viewer)
    say(cast, viewer, approver)
    assert Notice.objects.count() == 2
    say(cast, viewer, key="another")
    assert [notice.key for notice in notices_of(viewer)] == ["another", "one"]


def test_what_did_not_happen_is_not_told(cast: Cast):
    with transaction.atomic():
        say(cast, cast.people["cloud-viewer"])
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_who_was_disabled_hears_nothing(cast: Cast):
    viewer = cast.people["cloud-viewer"]
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    say(cast, viewer)
    assert not Notice.objects.exists()
    assert viewer.pk not in people_of(cast.ids_of("CLOUD"))


def test_it_is_hidden_from_who_sees_the_department_no_more(cast: Cast):
    viewer = cast.people["cloud-viewer"]
    say(cast, viewer, code="CLOUD-EAST")
    assert unread_count(viewer) == 1
    Membership.objects.filter(user=viewer).delete()
    assert (unread_count(viewer), notices_of(viewer)) == (0, [])


def test_those_above_a_department_hear_of_it_and_company_roles_do_not(cast: Cast):
    found = people_of(cast.ids_of("CLOUD-EAST", "CLOUD-WEST", "PHONES"))
    of_cloud = sorted(cast.ids_of("CLOUD-EAST", "CLOUD-WEST"))
    names = {"cloud-contributor", "cloud-approver", "cloud-viewer"}
    assert found == {cast.people[name].pk: of_cloud for name in names}
    assert people_of([]) == {}


def test_one_reads_ones_own(cast: Cast):
    viewer, approver = cast.people["cloud-viewer"], cast.people["cloud-approver"]
    say(cast, viewer, approver)
    say(cast, viewer, key="two")
    theirs = Notice.objects.get(user=approver)
    assert mark_read(notice_id=theirs.pk, by=viewer, at=NOON) is None
    first = Notice.objects.get(user=viewer, key="one")
    assert mark_all_read(by=viewer, through_id=first.pk, at=NOON) == 1
    assert (unread_count(viewer), unread_count(approver)) == (1, 1)
    assert mark_read(notice_id=theirs.pk, by=approver, at=NOON) == theirs
    assert unread_count(approver) == 0


def test_a_choice_is_kept_kind_by_kind(cast: Cast):
    viewer = cast.people["cloud-viewer"]
    assert set(deliveries_of(viewer).values()) == {NoticeDelivery.AT_ONCE}
    for delivery in (NoticeDelivery.DAILY, NoticeDelivery.ON_PAGES):
        choose(user=viewer, deliveries={NoticeKind.STATEMENT_READY: delivery}, language="ko")
    chosen = deliveries_of(User.objects.get(pk=viewer.pk))
    assert chosen[NoticeKind.STATEMENT_READY] == NoticeDelivery.ON_PAGES
    assert chosen[NoticeKind.RECORD_RETURNED] == NoticeDelivery.AT_ONCE
    assert User.objects.get(pk=viewer.pk).language == "ko"
