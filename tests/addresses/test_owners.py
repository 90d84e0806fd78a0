"""Who owns a workspace hears when somebody comes to own it, or does not any more."""

from tests.accounts.proofs import ASKED, PROOF, next_day
from tests.addresses.conftest import Place
from tests.clients import PASSWORD
from tests.servers.post_office import PostOffice, text_of


async def letters(post: PostOffice, address: str, number: int) -> str:
    """What was mailed there after the first letter, when there are so many."""
    await post.letter(address, number)
    return " ".join(" ".join(text_of(letter).split()) for letter in post.to(address)[1:])


async def test_row_55_owners_hear_of_each_other_and_nobody_deletes_one_without_a_proof(place: Place) -> None:
    first, second = await place.member("first"), await place.member("second")
    one, other = (f"/workspaces/{place.workspace}/members/{person.user['id']}" for person in (first, second))
    await place.owner.post(PROOF, {"password": PASSWORD}, expect=204)
    await place.owner.put(one, {"role": "owner"}, expect=204)
    await place.owner.put(other, {"role": "owner"}, expect=204)
    said = await letters(place.post, first.user["email"], 3)
    for person in (first, second):
        assert f"has another owner now: @{person.user['username']}, by @owner, in First." in said
    await first.put(other, {"role": "member"}, expect=204)
    gone = f"owns a workspace of yours no longer: @{second.user['username']}, by @{first.user['username']}"
    assert gone in await letters(place.post, first.user["email"], 4)
    assert gone in await letters(place.post, second.user["email"], 3)
    await first.put(other, {"role": "owner"}, expect=204)
    deletion = f"/users/{second.user['id']}/deletion"
    await next_day(place.talkoot, first)
    assert await first.refusal("POST", deletion, {}) == ASKED
    await first.delete(one)  # by themselves, and the others hear of it
    said = await letters(place.post, second.user["email"], 5)
    assert f"no longer: @{first.user['username']}, by @{first.user['username']}" in said
    await place.owner.post(deletion, {}, expect=202)
    for person in (first, second):
        await person.close()
