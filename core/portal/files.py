"""Files that customers sent: a signed link for whose they are and for people of the shop, and what it opens."""

from core.accounts.model import Visitor
from core.accounts.service import staff_by_email
from core.billing import links
from core.billing.service import LINK_LIFETIME
from core.errors import NotFound
from core.portal.rooms import Rooms
from core.uploads import service as uploads
from core.uploads.model import Kept

_PURPOSE = "upload"


class Files(Rooms):
    """Verbs of whoever may see what a customer sent."""

    def upload_link(self, visitor: Visitor, upload_id: str) -> str:
        """The path under which a file can be seen for a quarter of an hour.

        Raises:
            NotFound: there is none of that id, or it is somebody else's.
        """
        with self._database.reading() as session:
            found = uploads.upload(session, upload_id, self._whose(visitor))
            if visitor.staff and staff_by_email(session, visitor.staff.email) is None:
                raise NotFound("There is no such file.")
        secret = self._config.web.secret.get_secret_value().encode()
        token = links.sign(secret, _PURPOSE, found.upload_id, found.customer_id, self._clock() + LINK_LIFETIME)
        return f"/uploads/file/{token}"

    def uploaded(self, token: str, visitor: Visitor | None) -> tuple[Kept, bytes]:
        """The file a link opens; a customer who signed in opens only their own.

        Raises:
            NotFound: not a link of ours, or somebody else's.
            Refused: the link expired.
        """
        given = (self._config.web.secret, self._config.web.previous_secret)
        kept = [secret.get_secret_value().encode() for secret in given if secret.get_secret_value()]
        claim = links.verify(kept, token, purpose=_PURPOSE, now=self._clock())
        if visitor is not None and visitor.staff is None and self._whose(visitor) != claim.customer_id:
            raise NotFound("This link is not valid. Ask for the document again and use the new link.")
        with self._database.reading() as session:
            return uploads.content_of(session, claim.file_id, claim.customer_id)

    def kept_files(self, upload_ids: tuple[str, ...]) -> dict[str, Kept]:
        """What is known of files whose ids stand in something the caller may see."""
        with self._database.reading() as session:
            return uploads.uploads_by_id(session, upload_ids)

    @staticmethod
    def _whose(visitor: Visitor) -> str | None:
        """The customer whose files a visitor may see; None for people of the shop, who may see all."""
        if visitor.staff:
            return None
        return visitor.customer.customer_id if visitor.customer else ""
