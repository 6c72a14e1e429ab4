"""A pretend company that knows no vendor: two firms that merged and kept a helpdesk each.

One seeded `World` has several *desks*, one for each helpdesk account. A vendor's simulator is a *face*: an ASGI app
over one desk. Nothing here knows a vendor's ids, enums or JSON; a face translates. Base records are computed from the
seed (five million tickets start at once); only what is written is kept.

    controls = Controls(clock)                                                        # sandbox.controls
    world = World(7, {"freshdesk": 3000, "zendesk": 2000}, controls.clock)            # sandbox.world
    app = create_sandbox(world, {"freshdesk": face, "zendesk": face}, controls)       # sandbox.app, an ASGI app
    httpx.AsyncClient(transport=InProcess(app), base_url="http://sandbox.test")       # sandbox.inprocess

Everything on a desk is synchronous and fast. Numbers are counted from 1 on each desk; agents are 1..999 and people
1000 and up (`AGENTS_END`) in one range, and a requester or author may be either: `desk.user(number)`,
`desk.user_by_email(email)`. Records (`sandbox.records`) are frozen msgspec structs; times are aware and in whole
seconds. Values to set are the records' own names. Rules of a vendor (closed is immutable, a reply reopens, who may) are
the face's.

desk.tickets (`sandbox.tickets.TicketBook`)
  - get(number), many(numbers): in any state, archived or not
  - page(TicketQuery(...), offset=0, after=(key, number), limit=100), count(TicketQuery(...)): exact at any depth
  - key(ticket, order): what `after` takes, (seconds | number | status rank, ticket number)
  - touched(after=key, since=seconds, until=seconds, limit=1000): every ticket in every state by system time
  - create(subject=, requester=, html= or text=, **values), update(number, unless_newer_than=None, **changes)
    (`fields` is merged; StaleTicket), touch, delete, restore, spam, merge(target, sources); NoSuchRecord
  - TicketQuery (`sandbox.listing`): order created|updated|number|status|due|touched, descending, where, requester,
    organization, created_from/to, updated_from/to (from inclusive, to exclusive), status_order. Equal keys are ordered
    by number; descending is the exact reverse.
  - Where (`sandbox.facts`): state live|deleted|spam|all, archived=False, sets of status, custom_status, priority, kind,
    channel, product, assignee, group, tags, and `test`, any function of what Facts and Ticket share
desk.messages (`sandbox.messages`)
  - of(ticket) and page(ticket, offset, limit, descending): position 0 is the description; get(number)
  - add(ticket, author=, public=, html= or text=, kind=, attachments=, ...), edit, make_private, delete,
    describe(ticket, attachments=...)
desk.people, desk.organizations (`sandbox.people`, `sandbox.organizations`)
  - get, many, page(by=number|name|created|updated, states=, offset, after, limit, descending), key, count
  - people: by_email, by_external_id, of_organization, find(text); organizations: by_name, by_domain, find(prefix)
  - create(name, **values), update(number, **changes), delete, restore (people)
desk.staff (`sandbox.staff`): agents, agent, agent_by_email, groups, group, products, product, update_agent,
  update_group
desk.forms (`sandbox.forms`): fields(on), field(key, on), statuses(), status(key)
desk.knowledge (`sandbox.knowledge`): folders, folder, children(parent), path, articles(folder, category=, locale=),
  article, create_folder, create_article, update_article, put_translation, remove_translation, delete_article, vote;
  `locales`, `source_locale`
desk.files (`sandbox.files`): get(number), data(number), size(number), add(name, content_type, data), assign, delete
desk.search (`sandbox.search`): tickets(query, match=, offset, limit, lag=controls.search_lag) -> Found(rows, total,
  exact); people(match), organizations(match), articles(text, locale=)
`sandbox.texts`: inline pictures stand in HTML as `<img src="sandbox-file:NUMBER">`; `with_links(html, {number: url})`
  and `inline_numbers(html)` are for faces to rewrite them; to_html, to_text.
world.mutate(n): a busy hour, deterministic. world.again(): a fresh world at the clock's present.

Faces: `Face = Callable[[Desk, Controls], ASGIApp | FaceApp]`, called again at each reset. A face is mounted at `/NAME`
with `root_path` set, so a Starlette app's routes begin at `/api/v2/...`; `FaceApp(app, files)` also gives it a file
host at `/files/NAME`, another origin. Absolute links begin with `controls.base(request.scope)` and
`controls.files_base(request.scope)`. `controls` (`sandbox.controls`) has `clock`, `limits(name)` with `.enabled` and
`.figure(key, default)`, `search_lag`, `switch(key, default)` for a face's own variants, `calls` and `faults`. Counting
and faults are done around each face, which need not care.

The control door (`sandbox.door`): GET /-/, /-/calls, /-/faults; POST /-/reset, /-/seed, /-/clock, /-/limits,
/-/switches, /-/faults, /-/busy; DELETE /-/faults, /-/calls.
"""
