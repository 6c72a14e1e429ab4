// The tabs a newcomer finds open. Each must run against the demo as it is.
const tab = (query, variables) => ({
  query: `${query.trim()}\n`,
  variables: variables ? JSON.stringify(variables, null, 2) : "",
});

export const examples = [
  tab(`
# Everything Deskgraph is linked to. Press the play button, or Ctrl+Enter.
# If this server asks for a key, put {"Authorization": "Bearer <key>"} into Headers below.
query Helpdesks {
  helpdesks {
    key
    vendor
    name
    health {
      state
      checkedAt
    }
  }
}
`),
  tab(`
# One ordered list over every helpdesk, newest change first.
# \`sources\` says for each helpdesk whether its part is complete.
query LatestTickets($first: Int!, $after: Cursor) {
  tickets(first: $first, after: $after) {
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
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    sources {
      helpdesk {
        key
      }
      state
      asOf
    }
  }
}
`, { first: 10 }),
  tab(`
# A single record by its global id: take one from the list of tickets.
query OneTicket($id: ID!) {
  node(id: $id) {
    id
    ... on Ticket {
      subject
      statusDetail {
        native {
          value
          label
        }
      }
      comments(first: 20) {
        nodes {
          visibility
          direction
          createdAt
          bodyText
          attachments {
            fileName
          }
        }
      }
    }
  }
}
`, { id: "" }),
  tab(`
# With preview nothing is sent: the answer shows what the helpdesk would be told.
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
      subject: "The printer hums a tune",
      bodyText: "It is a good tune, but it never stops.",
      requester: { contact: { name: "Ada Example", email: "ada@example.com" } },
      preview: true,
    },
  }),
  tab(`
# Stays open and tells each helpdesk's health as it is checked.
subscription Heartbeat {
  heartbeat {
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
