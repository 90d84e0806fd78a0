"""Letters on their way: over TLS or not, refused for now or for good, and what stands in them."""

import asyncio
import json
import ssl
from email.utils import parseaddr
from pathlib import Path

import pytest

from tests.addresses.conftest import HOME, Place, mail, settings
from tests.clients import PASSWORD, Json
from tests.contracts.tls import certificate
from tests.servers.post_office import PATIENCE, SECRET, USER, PostOffice, text_of
from tests.servers.process import free_port
from tests.servers.talkoot import Talkoot
from tests.workspaces import names

HOSTILE = '<img src=x onerror="alert(1)">'


async def test_a_letter_is_text_and_html_and_answers_nobody(place: Place) -> None:
    to = mail(f"guest{next(names)}")
    await place.owner.post(f"/workspaces/{place.workspace}/invites", {"email": to})
    letter = await place.post.letter(to)
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert letter["From"] == "Our chat <chat@example.test>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@example.test>")
    assert letter["Date"] is not None
    assert letter["List-Unsubscribe"] is None
    link = await place.post.link(to)
    assert f'href="{link}"' in text_of(letter, "html")


async def test_row_34_names_do_nothing_in_a_letter(place: Place) -> None:
    name, to = f"hostile{next(names)}", mail(f"guest{next(names)}")
    owner = await place.member(name, address=False)
    made = await place.owner.post("/workspaces", {"name": f"{HOSTILE} & Bcc: all@example.test"})
    assert (await place.owner.refusal("POST", "/workspaces", {"name": "a\r\nBcc: all@example.test"}))[
        0
    ] == 422
    await owner.patch("/users/me", {"display_name": HOSTILE})
    await place.owner.patch("/users/me", {"display_name": HOSTILE})
    await place.owner.post(f"/workspaces/{made['id']}/invites", {"email": to})
    letter = await place.post.letter(to)
    html = text_of(letter, "html")
    assert "<img" not in html
    assert "&lt;img" in html
    assert letter["Bcc"] is None
    assert set(letter.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"),
        *("MIME-Version", "Content-Type"),
    }
    assert parseaddr(letter["To"]) == ("", to)
    await owner.close()


@pytest.mark.parametrize(
    "address", ["a@b\r\nRCPT TO:<c@example.test>", "a@example.test, b@example.test", "<a@b>"]
)
async def test_an_address_is_one_address(place: Place, address: str) -> None:
    path = f"/workspaces/{place.workspace}/invites"
    assert (await place.owner.refusal("POST", path, {"email": address}))[0] == 422


async def test_an_address_in_any_script_is_written_to(place: Place) -> None:
    number = next(names)
    await place.owner.post(f"/workspaces/{place.workspace}/invites", {"email": f"jörg{number}@bücher.test"})
    await place.post.letter(f"jörg{number}@bücher.test")
    await place.owner.post(f"/workspaces/{place.workspace}/invites", {"email": f"a{number}@bücher.test"})
    await place.post.letter(f"a{number}@xn--bcher-kva.test")


async def dead(place: Place, number: int) -> list[Json]:
    async with asyncio.timeout(PATIENCE):
        while True:
            found: list[Json] = (await place.owner.get("/jobs", state="dead"))["items"]
            if len(found) >= number:
                return found


async def test_what_is_refused_for_now_is_tried_again_with_another_link(place: Place) -> None:
    to = mail(f"later{next(names)}")
    place.post.refusals[to] = ["451 Come back later"]
    await place.owner.post(f"/workspaces/{place.workspace}/invites", {"email": to})
    link = await place.post.link(to)
    assert place.post.asked.count(to) == 2
    async with place.nobody() as nobody:
        assert (await nobody.get(f"/invites/{link.rpartition('/')[2]}"))["email"] == to


async def test_what_is_refused_for_good_is_a_dead_letter_that_says_why(place: Place) -> None:
    to = mail(f"gone{next(names)}")
    place.post.refusals[to] = ["550 5.1.1 There is no such box"]
    await place.owner.post(f"/workspaces/{place.workspace}/invites", {"email": to})
    (job,) = await dead(place, 1)
    assert (job["kind"], job["attempts"]) == ("onboarding.mail_invitation", 1)
    assert "550 5.1.1 There is no such box" in job["error"]
    assert place.post.to(to) == []
    await place.owner.post(f"/jobs/{job['id']}/retry", expect=200)
    await place.post.letter(to)


# Encrypted, and signed in


def program(folder: Path, post: PostOffice, **more: str) -> Talkoot:
    """The program with these settings, not started."""
    (folder / "data").mkdir(exist_ok=True)
    return Talkoot(folder / "data", **settings(post, **more))


def about_mail(talkoot: Talkoot) -> tuple[str, str]:
    found = json.loads(talkoot.run("doctor", "--json").stdout)
    (line,) = [each for each in found if each["about"] == "mail"]
    return line["level"], line["said"]


@pytest.mark.parametrize("mode", ["tls", "starttls"])
def test_mail_goes_encrypted_and_signed_in(tmp_path: Path, mode: str) -> None:
    pem = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    post = PostOffice(auth=True, **{mode: context})
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    post.start()
    try:
        right = program(
            tmp_path, post, smtp_tls=mode, smtp_user=USER, smtp_password_file=str(tmp_path / "secret")
        )
        assert right.run("mail", "test", "ada@example.test").returncode == 1  # nobody vouches for it
        right.environment["SSL_CERT_FILE"] = str(pem)
        sent = right.run("mail", "test", "ada@example.test")
        assert sent.returncode == 0, sent.stderr
        assert post.signed_in == [USER]
        assert len(post.to("ada@example.test")) == 1
        level, said = about_mail(right)
        assert level == "ok"
        assert "TLSv1" in said
        assert f"signed in as {USER}" in said
        right.environment |= {
            "TALKOOT_SMTP_PASSWORD": "a-wrong-password-4Z",
            "TALKOOT_SMTP_PASSWORD_FILE": "",
        }
        for told in (
            right.run("mail", "test", "ada@example.test"),
            right.run("doctor"),
            right.run("settings"),
        ):
            assert "a-wrong-password-4Z" not in told.stdout + told.stderr
        level, said = about_mail(right)
        assert level == "fail"
        assert "535" in said
        assert len(post.to("ada@example.test")) == 1
    finally:
        post.stop()


def test_what_asks_for_encryption_never_goes_without(tmp_path: Path, post: PostOffice) -> None:
    talkoot = program(tmp_path, post, smtp_tls="starttls", smtp_user=USER, smtp_password=SECRET)
    tried = talkoot.run("mail", "test", "plain@example.test")
    assert tried.returncode == 1
    assert SECRET not in tried.stdout + tried.stderr
    assert post.to("plain@example.test") == []
    assert about_mail(talkoot)[0] == "fail"


def test_a_mail_server_that_is_not_there_is_named(tmp_path: Path, post: PostOffice) -> None:
    port = free_port()
    away = program(tmp_path, post, smtp_port=str(port))
    tried = away.run("mail", "test", "ada@example.test")
    assert tried.returncode == 1
    assert f"127.0.0.1:{port}" in tried.stderr
    off = Talkoot(tmp_path / "data")
    level, said = about_mail(off)
    assert level == "ok"
    assert "user reset-link" in said
    assert off.run("mail", "test", "ada@example.test").returncode == 2


async def test_row_24_the_password_of_the_mail_server_is_told_nobody(place: Place) -> None:
    async with place.nobody() as nobody:
        told = await nobody.get("/auth/session")
        assert (told["mail"], told["address_required"]) == (True, False)
        assert not any("smtp" in name for name in told)
    assert PASSWORD not in place.talkoot.log
    assert HOME in place.talkoot.environment["TALKOOT_PUBLIC_URL"]
