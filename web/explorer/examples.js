// The tabs a newcomer finds open. Each runs against the demo as it is: `make conformance` asks every one of them.
// The first has no variables: GraphiQL leaves those of the tab it opens with out until the tab is chosen by hand.
const tab = (query, variables) => ({
  query: `${query.trim()}\n`,
  variables: variables ? JSON.stringify(variables, null, 2) : "",
});

export const examples = [
  tab(`
# One ordered list over every linked helpdesk,
# newest change first. Press play, or Ctrl+Enter.
# Next page: tickets(first: 10, after: "<endCursor>")
# Should this server ask for a key, write into Headers:
# {"Authorization": "Bearer <key>"}
query LatestTickets {
  tickets(first: 10) {
    nodes {
      id
      number
      subject
      status
      priority
      updatedAt
      helpdesk {
        key
        vendor
      }
      requester {
        name
        email
      }
      assignee {
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    # Whether all rows of each helpdesk can be reached.
    sources {
      helpdesk {
        key
      }
      state
      asOf
    }
  }
}
`),
  tab(`
# What is linked, and how it does.
query Helpdesks {
  helpdesks {
    id
    key
    vendor
    name
    url
    health {
      state
      checkedAt
    }
    statuses {
      value
      label
      category
    }
  }
}
`),
  tab(`
# A ticket by the helpdesk's own number, with its
# conversation, pictures and custom fields. \`by\` also
# takes {"id": …}, {"url": …} and {"externalId": …}.
query OneTicket($by: TicketRef!) {
  ticket(by: $by) {
    id
    subject
    status
    statusDetail {
      native {
        value
        label
      }
    }
    organization {
      name
    }
    comments(first: 20) {
      nodes {
        author {
          __typename
          ... on Contact {
            name
          }
          ... on Agent {
            name
          }
        }
        visibility
        direction
        createdAt
        bodyText
        attachments {
          fileName
          url
        }
      }
    }
    images(first: 5) {
      nodes {
        fileName
        url
      }
    }
    customFields {
      definition {
        label
        kind
      }
      isNull
      raw
    }
  }
}
`, { by: { remote: { helpdesk: "freshdesk", id: "2" } } }),
  tab(`
# Any filter, in any order, through all helpdesks at once:
# our copy answers. Until it has been made, a helpdesk is
# asked live, and what it cannot do is refused with the
# nearest form that it can.
query MostUrgent(
  $filter: TicketFilter
  $order: [TicketOrder!]
) {
  tickets(first: 10, filter: $filter, order: $order) {
    nodes {
      number
      subject
      status
      priority
      createdAt
      helpdesk {
        key
      }
      group {
        name
      }
    }
    totalCount {
      value
      precision
    }
    sources {
      helpdesk {
        key
      }
      state
      coverage {
        complete
      }
    }
  }
}
`, {
    filter: {
      or: [
        { priority: { in: ["URGENT", "HIGH"] }, status: { in: ["OPEN", "PENDING"] } },
        { subject: { contains: "lamp" }, createdAt: { within: "P365D" } },
      ],
      not: { requester: { isNull: true } },
    },
    order: [
      { field: "PRIORITY", direction: "DESC" },
      { field: "UPDATED_AT", direction: "DESC" },
    ],
  }),
  tab(`
# Tickets, comments, people and companies, in any
# language; newest first, or the best by RANK.
query Search($words: String!) {
  search(query: $words, order: RANK, first: 10) {
    edges {
      score
      highlights
      node {
        __typename
        ... on Ticket {
          id
          subject
          helpdesk {
            key
          }
        }
        ... on Comment {
          id
          createdAt
        }
        ... on Contact {
          id
          name
        }
        ... on Organization {
          id
          company: name
        }
        ... on Article {
          id
          title
        }
      }
    }
    sources {
      helpdesk {
        key
      }
      state
    }
  }
}
`, { words: "lamp" }),
  tab(`
# The knowledge bases of all helpdesks, searched at once.
query Answers($words: String!) {
  search(query: $words, kinds: [ARTICLE], first: 10) {
    edges {
      node {
        ... on Article {
          id
          title
          excerpt
          locale
          path {
            name
          }
          helpdesk {
            key
          }
        }
      }
    }
  }
}
`, { words: "lamp" }),
  tab(`
# Figures over our copy, counted now: how many tickets
# came each month, and how soon nine in ten were answered.
query Figures($zone: String!) {
  ticketStats(
    groupBy: [HELPDESK, CREATED_AT]
    bucket: MONTH
    zone: $zone
    measures: [COUNT, RESOLUTION_RATE, P90_FIRST_RESPONSE]
  ) {
    asOf
    coverage {
      complete
    }
    rows {
      keys
      values
    }
  }
}
`, { zone: "Europe/Berlin" }),
  tab(`
# What changed in our copy, oldest first. Go on from
# endCursor; or be told as it happens:
# subscription { ticketChanged(after: "…") {
#   change { op cursor } ticket { subject } } }
query Changes($after: Cursor) {
  changes(after: $after, kinds: [TICKET], first: 10) {
    nodes {
      op
      at
      recordId
      changedFields
      node {
        ... on Ticket {
          subject
          status
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    newest
  }
}
`, { after: null }),
  tab(`
# How far the copy of each helpdesk has come, and what
# could not be read.
query Copies {
  helpdesks {
    key
    sync {
      kind
      status
      watermark
      lag
      processed
      expected {
        value
      }
      coverage {
        complete
        knownMissing {
          value
        }
      }
      lastError {
        message
      }
      quarantined(first: 3) {
        nodes {
          remoteId
          where
          reason
        }
      }
    }
  }
}
`),
  tab(`
# Reads a kind of record of one helpdesk now, and not
# when its time has come.
mutation BringUpToDate($helpdesk: String!) {
  requestSync(helpdesk: $helpdesk, kind: TICKETS) {
    sync {
      status
      watermark
    }
    userErrors {
      code
      message
      path
    }
  }
}
`, { helpdesk: "freshdesk" }),
  tab(`
# Each state of the copies once, and again when it moves,
# until you press stop.
subscription Progress {
  syncProgress {
    helpdesk {
      key
    }
    kind
    status
    processed
    expected {
      value
    }
  }
}
`),
  tab(`
# With preview nothing is sent: the answer shows what
# would be. Without it, the same idempotencyKey gives
# the same ticket, however often it is sent.
mutation TryATicket($input: CreateTicketInput!) {
  createTicket(input: $input) {
    preview
    ticket {
      id
    }
    userErrors {
      code
      message
      path
    }
    warnings {
      path
      message
    }
  }
}
`, {
    input: {
      helpdesk: "freshdesk",
      idempotencyKey: "my-first-ticket",
      subject: "The lamp hums a tune",
      bodyText: "It is a good tune, but it never stops.",
      requester: { contact: { name: "Ada Example", email: "ada@example.com" } },
      preview: true,
    },
  }),
  tab(`
# Stays open and tells each helpdesk's health, again
# and again, until you press stop.
subscription Heartbeat {
  heartbeat(everySeconds: 5) {
    helpdesk {
      key
    }
    health {
      state
      checkedAt
    }
  }
}
`),
];
