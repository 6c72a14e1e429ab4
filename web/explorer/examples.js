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
# The helpdesks do the filtering. What one cannot do is
# refused, with the nearest form that it can.
query OpenAndUrgent($filter: TicketFilter) {
  tickets(first: 10, filter: $filter) {
    nodes {
      number
      subject
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
    }
  }
}
`, { filter: { status: { in: ["OPEN", "PENDING"] }, priority: { in: ["URGENT", "HIGH"] } } }),
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
