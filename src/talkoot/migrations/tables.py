"""All tables: the modules that define them, imported so that the metadata knows them."""

import talkoot.chat.access.models
import talkoot.chat.accounts.factors.models
import talkoot.chat.accounts.models
import talkoot.chat.addresses.models
import talkoot.chat.applications.models
import talkoot.chat.bots.models
import talkoot.chat.commands.models
import talkoot.chat.digests.models
import talkoot.chat.drafts.models
import talkoot.chat.emoji.models
import talkoot.chat.exports.models
import talkoot.chat.files.models
import talkoot.chat.groups.models
import talkoot.chat.identities.models
import talkoot.chat.messages.models
import talkoot.chat.moderation.models
import talkoot.chat.notifications.models
import talkoot.chat.onboarding.models
import talkoot.chat.pins.models
import talkoot.chat.polls.models
import talkoot.chat.posts.models
import talkoot.chat.previews.models
import talkoot.chat.privacy.models
import talkoot.chat.push.models
import talkoot.chat.reactions.models
import talkoot.chat.reads.models
import talkoot.chat.rooms.models
import talkoot.chat.saved.models
import talkoot.chat.scheduled.models
import talkoot.chat.search.models
import talkoot.chat.statuses.models
import talkoot.chat.threads.models
import talkoot.kernel.audit
import talkoot.kernel.chosen_limits
import talkoot.kernel.cron
import talkoot.kernel.installation
import talkoot.kernel.jobs
import talkoot.kernel.leases
import talkoot.kernel.log
import talkoot.kernel.outside
import talkoot.migrations.floor  # noqa: F401 - see above
from talkoot.kernel.types import Model

METADATA = Model.metadata
for _table in METADATA.tables.values():
    for _index in _table.indexes:
        _index.dialect_options["postgresql"].update(_index.info.get("postgresql", {}))
