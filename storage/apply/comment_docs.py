"""A comment, as it is found by a search."""

from __future__ import annotations

from models.enums import CommentVisibility, SearchKind
from models.records import Comment
from storage.search.documents import Doc
from storage.values import seconds


def comment_doc(helpdesk: int, ticket: int, comment: Comment, org: int | None) -> Doc:
    return Doc(
        kind=SearchKind.COMMENT,
        helpdesk=helpdesk,
        num=ticket,
        sub=comment.remote_id,
        at=seconds(comment.created_at) or 0,
        title="",
        texts=(comment.body_text,),
        orgs=() if org is None else (org,),
        public=comment.visibility is CommentVisibility.PUBLIC,
    )
