"""What is to be done with sound and video: what ffprobe told of a file, and what ffmpeg is told then.

Only the demuxer that fits the first bytes is let at a file: no playlist, and nothing else that names other
files or hosts, is ever followed. Decoders and the number of streams are named too.
"""

from __future__ import annotations

from math import isfinite

import msgspec

from talkoot.kernel.values import Value

MOST_PIXELS = 40_000_000  # of one frame
_DEMUXERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "audio/mp4": "mov",
    "video/webm": "matroska",
    "audio/webm": "matroska",
    "video/x-msvideo": "avi",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
}
MEDIA = frozenset(_DEMUXERS)
"""Types that can be prepared."""
_DECODERS = (
    "h264,hevc,mpeg4,msmpeg4v3,mpeg2video,mjpeg,prores,theora,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,"
    "aac,alac,mp2,mp3,mp3float,opus,libopus,vorbis,libvorbis,flac,ac3,amrnb,amrwb,adpcm_ms,adpcm_ima_wav,"
    "pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_mulaw,pcm_alaw"
)
_PLAIN_COLOURS = {"yuv420p", "yuvj420p"}
_SOUNDS = {  # that browsers play: how they are kept
    "mp3": ("mp3", "audio/mpeg"),
    "aac": ("m4a", "audio/mp4"),
    "opus": ("ogg", "audio/ogg"),
    "vorbis": ("ogg", "audio/ogg"),
    "flac": ("flac", "audio/flac"),
    "pcm_s16le": ("wav", "audio/wav"),
}
_WORDS = {
    "clean": "-map_metadata -1 -map_metadata:s -1 -map_chapters -1 -sn -dn"
    " -fflags +bitexact -flags +bitexact",
    "frame": "-map 0:v:0 -frames:v 1 -c:v mjpeg -q:v 3 -pix_fmt yuvj420p -threads 1 -f image2 -update 1",
    "asked": "-of json -show_entries format=duration"
    ":stream=index,codec_type,codec_name,width,height,pix_fmt:stream_disposition=attached_pic",
    "aac": "-c:a aac -b:a 128k -ac 2",
    "opus": "-c:a libopus -b:a 96k -ac 2",
    "fast": "-movflags +faststart",
    "h264": "-c:v libx264 -preset veryfast -crf 23",
    "vp9": "-c:v libvpx-vp9 -deadline realtime -cpu-used 6 -row-mt 1 -crf 33 -b:v 0",
}
ONE_FRAME, ASKED = _WORDS["frame"].split(), _WORDS["asked"].split()
_CLEAN, _FAST = _WORDS["clean"].split(), _WORDS["fast"].split()
_AAC, _OPUS = _WORDS["aac"].split(), _WORDS["opus"].split()
_H264, _VP9 = _WORDS["h264"].split(), _WORDS["vp9"].split()


class _Marks(msgspec.Struct, frozen=True):
    attached_pic: int = 0


class Stream(msgspec.Struct, frozen=True):
    """One of what a file holds."""

    index: int
    codec_type: str = ""
    codec_name: str = ""
    width: int = 0
    height: int = 0
    pix_fmt: str = ""
    disposition: _Marks = _Marks()


class _Format(msgspec.Struct, frozen=True):
    duration: str = ""


class Probed(msgspec.Struct, frozen=True):
    """What ffprobe tells of a file."""

    streams: tuple[Stream, ...] = ()
    format: _Format = _Format()

    @property
    def video(self) -> Stream | None:
        """What moves; the picture on the cover of a song is none."""
        return next(
            (s for s in self.streams if s.codec_type == "video" and not s.disposition.attached_pic), None
        )

    @property
    def sound(self) -> Stream | None:
        """What is heard."""
        return next((s for s in self.streams if s.codec_type == "audio"), None)

    @property
    def duration(self) -> int | None:
        """Milliseconds, where the file tells."""
        try:
            seconds = float(self.format.duration)
        except ValueError:
            return None
        return round(seconds * 1000) if isfinite(seconds) and 0 <= seconds < 10**9 else None


class Bounds(Value, frozen=True):
    """What the installation allows."""

    lines: int
    minutes: int
    h264: bool
    """Whether the ffmpeg that is there can make H.264; else it is VP9."""


class Recipe(Value, frozen=True):
    """How the copy for others is made: its type, the ending of its name, and what ffmpeg is told."""

    type: str
    ending: str
    told: list[str]


def reading(kind: str) -> list[str]:
    """How a file of this type may be opened."""
    bounded = (
        f"-protocol_whitelist file -codec_whitelist {_DECODERS} -max_streams 20 -max_pixels {MOST_PIXELS}"
    )
    return [*bounded.split(), "-f", _DEMUXERS[kind]]


def recipes(kind: str, found: Probed, bounds: Bounds) -> list[Recipe]:
    """How a file could be prepared, best first; none for what is no sound and no video, or too much."""
    video, sound = found.video, found.sound
    if video is None:
        return _of_sound(kind, sound, found, bounds) if sound else []
    if video.width * video.height > MOST_PIXELS:
        return []
    ways = []
    if copied := _copied(video, sound):
        ways.append(copied)
    small = min(video.width, video.height) <= bounds.lines
    if not (copied and small) and _is_short(found, bounds):
        ways.insert(0, _encoded(video, sound, bounds))
    return ways


def _is_short(found: Probed, bounds: Bounds) -> bool:
    return found.duration is None or found.duration <= bounds.minutes * 60_000


def _of_sound(kind: str, sound: Stream, found: Probed, bounds: Bounds) -> list[Recipe]:
    kept = _SOUNDS.get(sound.codec_name)
    if kept and kind == "audio/webm" and sound.codec_name == "opus":
        kept = ("webm", "audio/webm")
    told = _mapped(sound)
    if kept:
        tags = ["-id3v2_version", "0", "-write_id3v1", "0"] if kept[0] == "mp3" else []
        return [Recipe(kept[1], kept[0], [*told, "-c", "copy", *tags])]
    if not _is_short(found, bounds):
        return []
    return [Recipe("audio/mp4", "m4a", [*told, *_AAC])]


def _copied(video: Stream, sound: Stream | None) -> Recipe | None:
    """As it is but for what is written beside it, if browsers play it."""
    heard = sound.codec_name if sound else ""
    told = [*_mapped(video, sound), "-c", "copy"]
    if video.codec_name == "h264" and video.pix_fmt in _PLAIN_COLOURS and heard in {"", "aac", "mp3"}:
        # What cameras hide between the pictures goes too: units of supplemental information.
        return Recipe("video/mp4", "mp4", [*told, "-bsf:v", "filter_units=remove_types=6", *_FAST])
    if video.codec_name in {"vp8", "vp9", "av1"} and heard in {"", "opus", "vorbis"}:
        return Recipe("video/webm", "webm", told)
    return None


def _encoded(video: Stream, sound: Stream | None, bounds: Bounds) -> Recipe:
    most = bounds.lines
    size = f"scale='if(gt(iw,ih),-2,trunc(min({most},iw)/2)*2)':'if(gt(iw,ih),trunc(min({most},ih)/2)*2,-2)'"
    told = [*_mapped(video, sound), "-vf", size, "-pix_fmt", "yuv420p", "-threads", "2"]
    if bounds.h264:
        heard = _AAC if sound else []
        return Recipe("video/mp4", "mp4", [*told, *_H264, *heard, *_FAST])
    heard = _OPUS if sound else []
    return Recipe("video/webm", "webm", [*told, *_VP9, *heard])


def _mapped(*streams: Stream | None) -> list[str]:
    """These and no others, without what is written beside them."""
    chosen = [part for s in streams if s for part in ("-map", f"0:{s.index}")]
    return [*chosen, *_CLEAN]
