"""How long the lists are that no argument bounds, for the cost that is counted before anything runs. Fields with
`first` and `last` are known by themselves."""

from collections.abc import Mapping

from execution.cost import ListSize

SIZES: Mapping[str, ListSize] = {
    "Query.helpdesks": ListSize(assumed=5, slicing=()),
    "Query.articleFolders": ListSize(assumed=20, slicing=()),
    "Viewer.helpdesks": ListSize(assumed=5, slicing=()),
    "Helpdesk.ticketFields": ListSize(assumed=40, slicing=()),
    "Helpdesk.statuses": ListSize(assumed=10, slicing=()),
    "Helpdesk.sync": ListSize(assumed=8, slicing=()),
    "Helpdesk.capabilities": ListSize(assumed=40, slicing=()),
    "TicketStats.rows": ListSize(assumed=100, slicing=()),
    "Agent.groups": ListSize(assumed=5, slicing=()),
    "Article.translations": ListSize(assumed=5, slicing=()),
    "Article.path": ListSize(assumed=3, slicing=()),
    "Article.attachments": ListSize(assumed=3, slicing=()),
    "Comment.attachments": ListSize(assumed=2, slicing=()),
    "Comment.images": ListSize(assumed=2, slicing=()),
}
