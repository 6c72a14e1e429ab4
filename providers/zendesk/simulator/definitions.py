"""Reading ticket fields, custom statuses, forms, brands, tags, locales and jobs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from providers.zendesk.simulator import errors, fields, forms, jobs, users
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.paging import Rows, page, wants_cursor
from providers.zendesk.simulator.render import count_answer, stamp
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.tickets import shown_tags
from sandbox.listing import TicketQuery

routes = Routes()


def _rows(rows: list[dict[str, Any]], by: str = "id") -> Rows[dict[str, Any]]:
    return Rows.sorted(rows, lambda row: (row[by], row["id"]))


@routes.on("GET", "/api/v2/ticket_fields", bucket="ticket_fields")
def list_fields(call: Call) -> Answer:
    """Cursor pages, or everything at once in position order."""
    rows = fields.shown_fields(call)
    if wants_cursor(call):
        return Answer(
            page(call, "ticket_fields", _rows(rows, "position"), render=lambda found: {"ticket_fields": list(found)})
        )
    return Answer({"ticket_fields": rows, "next_page": None, "previous_page": None, "count": len(rows)})


@routes.on("GET", "/api/v2/ticket_fields/count")
def count_fields(call: Call) -> Answer:
    return Answer(count_answer(len(fields.shown_fields(call)), call.account.clock.now()))


@routes.on("GET", "/api/v2/ticket_fields/{id}")
def show_field(call: Call) -> Answer:
    return Answer({"ticket_field": _one(fields.shown_fields(call), call.id())})


@routes.on("GET", "/api/v2/ticket_fields/{id}/options")
def list_options(call: Call) -> Answer:
    rows = _one(fields.shown_fields(call), call.id()).get("custom_field_options", [])
    return Answer(
        page(call, "custom_field_options", _rows(rows), render=lambda found: {"custom_field_options": list(found)})
    )


def _one(rows: list[dict[str, Any]], id: int) -> dict[str, Any]:
    found = next((row for row in rows if row["id"] == id), None)
    if found is None:
        raise errors.not_found()
    return found


@routes.on("GET", "/api/v2/custom_statuses")
def list_statuses(call: Call) -> Answer:
    """Not paged. `active`, `default`, `status_categories=open,hold`."""
    rows = [fields.shown_status(call, status) for status in fields.statuses(call)]
    categories = [word for word in call.query.get("status_categories", "").split(",") if word]
    rows = [row for row in rows if not categories or row["status_category"] in categories]
    for flag in ("active", "default"):
        if flag in call.query:
            rows = [row for row in rows if row[flag] == call.flag(flag)]
    return Answer({"custom_statuses": rows})


@routes.on("GET", "/api/v2/custom_statuses/{id}")
def show_status(call: Call) -> Answer:
    status = fields.status_by_id(call, call.id())
    if status is None:
        raise errors.not_found()
    return Answer({"custom_status": fields.shown_status(call, status)})


@routes.on("GET", "/api/v2/ticket_forms", resource="ticket_forms")
def list_forms(call: Call) -> Answer:
    rows = [forms.form(call)]
    return Answer({"ticket_forms": rows, "next_page": None, "previous_page": None, "count": len(rows)})


@routes.on("GET", "/api/v2/ticket_forms/show_many", resource="ticket_forms")
def show_many_forms(call: Call) -> Answer:
    wanted = call.ids()
    return Answer({"ticket_forms": [row for row in [forms.form(call)] if row["id"] in wanted]})


@routes.on("GET", "/api/v2/ticket_forms/{id}", resource="ticket_forms")
def show_form(call: Call) -> Answer:
    return Answer({"ticket_form": _one([forms.form(call)], call.id())})


@routes.on("GET", "/api/v2/brands")
def list_brands(call: Call) -> Answer:
    """Sorted by name."""
    listing = Rows(forms.brands(call), lambda row: (row["name"], row["id"]))
    return Answer(page(call, "brands", listing, render=lambda found: {"brands": list(found)}))


@routes.on("GET", "/api/v2/brands/{id}")
def show_brand(call: Call) -> Answer:
    return Answer({"brand": _one(forms.brands(call), call.id())})


# -- tags


def _tags(call: Call) -> list[dict[str, Any]]:
    """Counted over the last thousand tickets: the real list looks back sixty days."""
    recent = call.account.desk.tickets.page(TicketQuery(order="updated", descending=True), limit=1000)
    counted = Counter(tag for ticket in recent for tag in shown_tags(call, ticket))
    return [
        {"name": name, "count": count} for name, count in sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    ]


@routes.on("GET", "/api/v2/tags", bucket="tags")
def list_tags(call: Call) -> Answer:
    rows = [row | {"id": place} for place, row in enumerate(_tags(call), 1)]

    def render(found: Any) -> dict[str, Any]:
        return {"tags": [{"name": row["name"], "count": row["count"]} for row in found]}

    return Answer(page(call, "tags", _rows(rows), render=render))


@routes.on("GET", "/api/v2/tags/count")
def count_tags(call: Call) -> Answer:
    return Answer(count_answer(len(_tags(call)), call.account.clock.now()))


@routes.on("GET", "/api/v2/autocomplete/tags")
def autocomplete_tags(call: Call) -> Answer:
    """From two letters on."""
    start = call.query.get("name", "").lower()
    found = [row["name"] for row in _tags(call) if row["name"].startswith(start)] if len(start) >= 2 else []
    return Answer({"tags": found, "count": len(found), "next_page": None, "previous_page": None})


@routes.on("GET", "/api/v2/locales", "/api/v2/locales/agent", "/api/v2/locales/public", anonymous=True)
def list_locales(call: Call) -> Answer:
    made = stamp(call.account.founded)
    rows = [
        {
            "id": number,
            "url": call.url(f"/locales/{word}.json"),
            "locale": "en-US" if word == "en" else word,
            "name": word,
            "created_at": made,
            "updated_at": made,
        }
        for word, number in users.LOCALE_IDS.items()
        if word != "en-us"
    ]
    return Answer({"locales": rows})


# -- jobs


def job_answer(call: Call, job: jobs.Job) -> dict[str, Any]:
    return {"job_status": jobs.shown(job, call.url(f"/job_statuses/{job.id}.json"))}


def start_job(call: Call, kind: str, total: int, work: Any) -> Answer:
    job = call.account.jobs.add(kind, total, work)
    left = max(0, jobs.MOST - call.account.jobs.unfinished)
    call.extra["zendesk-ratelimit-inflight-jobs"] = f"total={jobs.MOST}; remaining={left}; resets=60"
    return Answer(job_answer(call, job))


@routes.on("GET", "/api/v2/job_statuses")
def list_jobs(call: Call) -> Answer:
    """Cursor pages only."""
    listing = Rows.sorted(call.account.jobs.all(), lambda job: (job.number, job.number))

    def render(rows: Any) -> dict[str, Any]:
        return {"job_statuses": [job_answer(call, job)["job_status"] for job in rows]}

    return Answer(page(call, "job_statuses", listing, render=render, always_cursor=True))


@routes.on("GET", "/api/v2/job_statuses/show_many")
def show_many_jobs(call: Call) -> Answer:
    names = [word for word in call.query.get("ids", "").split(",") if word]
    found = [job for name in names if (job := call.account.jobs.look(name))]
    return Answer({"job_statuses": [job_answer(call, job)["job_status"] for job in found]})


@routes.on("GET", "/api/v2/job_statuses/{id!}")
def show_job(call: Call) -> Answer:
    job = call.account.jobs.look(call.args["id"])
    if job is None:
        raise errors.not_found()
    return Answer(job_answer(call, job))
