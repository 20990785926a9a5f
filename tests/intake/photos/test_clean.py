"""What is left of a photo when it has been cleaned."""

import hashlib
import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, JpegImagePlugin, PngImagePlugin

from alerts.intake.photos.clean import CleanPhoto, clean_photo
from alerts.intake.photos.errors import PhotoRefused
from tests.intake.photos.profiles import BLUE, RED, rgb_profile

GPS_IFD = 0x8825
ORIENTATION = 0x0112


def file_of(image: Image.Image, kind: str, **settings: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **settings)
    return out.getvalue()


def picture(width: int = 300, height: int = 200) -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def code_of(raw: bytes, **arguments: int) -> str:
    with pytest.raises(PhotoRefused) as refused:
        clean_photo(raw, expected_md5=None, **arguments)
    return refused.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_every_usual_format_becomes_a_jpeg(kind: str) -> None:
    photo = clean_photo(file_of(picture(), kind), expected_md5=None)
    assert (photo.width, photo.height) == (300, 200)
    assert opened(photo.jpeg).format == opened(photo.thumbnail_jpeg).format == "JPEG"


def test_a_large_photo_is_scaled_for_the_page_and_for_the_push() -> None:
    photo = clean_photo(file_of(picture(3000, 1500), "JPEG"), expected_md5=None)
    assert (photo.width, photo.height) == (1200, 600)
    assert opened(photo.jpeg).size == (1200, 600)
    assert opened(photo.thumbnail_jpeg).size == (400, 200)


def test_position_camera_comment_and_profile_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Example Camera"
    exif[GPS_IFD] = {1: "N", 2: (46.0, 32.0, 30.0), 3: "W", 4: (87.0, 23.0, 0.0)}
    extras = {"comment": b"taken at home", "icc_profile": b"p" * 200, "dpi": (300, 300)}
    raw = file_of(picture(), "JPEG", exif=exif, **extras)
    assert Image.open(io.BytesIO(raw)).getexif().get_ifd(GPS_IFD)
    photo = clean_photo(raw, expected_md5=None)
    for jpeg in (photo.jpeg, photo.thumbnail_jpeg):
        image = opened(jpeg)
        assert isinstance(image, JpegImagePlugin.JpegImageFile)
        assert not image.getexif()
        assert not {"exif", "comment", "icc_profile", "dpi"} & image.info.keys()
        assert [marker for marker, _ in image.applist] == ["APP0"]
        assert b"Example" not in jpeg
        assert b"home" not in jpeg


def test_png_text_is_gone() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Location", "12 Example Street")
    photo = clean_photo(file_of(picture(), "PNG", pnginfo=info), expected_md5=None)
    assert b"Example" not in photo.jpeg


def test_the_orientation_is_applied_before_it_is_dropped() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # turn by 90° clockwise to see it upright
    photo = clean_photo(file_of(picture(300, 200), "JPEG", exif=exif), expected_md5=None)
    assert (photo.width, photo.height) == (200, 300)
    upright = opened(photo.jpeg).convert("L")
    assert upright.getpixel((190, 150)) < 30  # type: ignore[operator]  # the top is on the right
    assert upright.getpixel((10, 150)) > 220  # type: ignore[operator]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_broken_exif_block_does_not_cost_the_photo() -> None:
    raw = file_of(picture(), "JPEG", exif=b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\xff\xff")
    assert clean_photo(raw, expected_md5=None).width == 300


def test_transparent_becomes_white() -> None:
    image = Image.new("RGBA", (50, 50), (255, 0, 0, 0))
    white = opened(clean_photo(file_of(image, "PNG"), expected_md5=None).jpeg)
    assert white.getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_of_png_is_drawn(mode: str) -> None:
    photo = clean_photo(file_of(Image.new(mode, (40, 30)), "PNG"), expected_md5=None)
    assert opened(photo.jpeg).mode == "RGB"


def test_sixteen_bit_grey_keeps_its_shades() -> None:
    image = Image.new("I;16", (40, 30), 0x8000)
    grey = opened(clean_photo(file_of(image, "PNG"), expected_md5=None).jpeg).getpixel((20, 15))
    assert isinstance(grey, tuple)
    assert 120 <= grey[0] <= 136


def test_a_cmyk_jpeg_is_drawn() -> None:
    photo = clean_photo(file_of(picture().convert("CMYK"), "JPEG"), expected_md5=None)
    assert opened(photo.jpeg).mode == "RGB"


def test_only_the_first_frame_of_an_animation_is_kept() -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    raw = file_of(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    image = opened(clean_photo(raw, expected_md5=None).jpeg)
    pixel = image.getpixel((30, 20))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 230
    assert max(pixel[1:]) < 30


def test_the_md5_must_be_the_posters() -> None:
    raw = file_of(picture(), "PNG")
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    assert isinstance(clean_photo(raw, expected_md5=md5.upper()), CleanPhoto)
    with pytest.raises(PhotoRefused) as refused:
        clean_photo(raw, expected_md5="0" * 32)
    assert refused.value.code == "md5_mismatch"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"<html></html>",
        b"%PDF-1.7",
        b"GIF",
        b"\xff\xd8\xff",
        file_of(picture(), "BMP"),
        file_of(picture(), "TIFF"),
        file_of(picture(), "ICO"),
    ],
)
def test_another_format_is_refused(raw: bytes) -> None:
    assert code_of(raw) == "unsupported_format"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_truncated_file_is_refused(kind: str) -> None:
    raw = file_of(picture(600, 600), kind)
    assert code_of(raw[: len(raw) // 2]) in ("broken_image", "unsupported_format")


def png_bomb(side: int) -> bytes:
    """A PNG that says it has side x side pixels and is a few hundred bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\x00" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_000, 11_000, 50_000, 2**31 - 1])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    assert code_of(png_bomb(side)) == "too_many_pixels"


def test_the_pixel_limit_can_be_set() -> None:
    assert code_of(file_of(picture(100, 100), "PNG"), max_pixels=9_999) == "too_many_pixels"


def test_print_is_larger_than_the_page_and_never_larger_than_the_source() -> None:
    photo = clean_photo(file_of(picture(4000, 2000), "JPEG"), expected_md5=None)
    assert photo.print_jpeg is not None
    assert opened(photo.print_jpeg).size == (2400, 1200)
    photo = clean_photo(file_of(picture(1500, 1000), "JPEG"), expected_md5=None)
    assert photo.print_jpeg is not None
    assert opened(photo.print_jpeg).size == (1500, 1000)
    assert clean_photo(file_of(picture(1200, 900), "JPEG"), expected_md5=None).print_jpeg is None


def test_print_has_nothing_of_the_file_either() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Example Camera"
    raw = file_of(picture(1500, 1000), "JPEG", exif=exif, comment=b"taken at home")
    printed = clean_photo(raw, expected_md5=None).print_jpeg
    assert printed is not None
    assert not opened(printed).getexif()
    assert b"Example" not in printed


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_comes_out_the_same_way_up(orientation: int, kind: str) -> None:
    upright = Image.new("RGB", (120, 80), "blue")
    upright.paste("red", (0, 0, 40, 40))  # the top left corner
    stored = upright if orientation == 1 else upright.transpose(UNDONE[orientation])
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo = clean_photo(file_of(stored, kind, exif=exif), expected_md5=None)
    assert (photo.width, photo.height) == (120, 80)
    image = opened(photo.jpeg)
    assert red_of(image, (15, 15)) > 200
    assert [red_of(image, at) < 60 for at in ((105, 15), (15, 65), (105, 65))] == [True] * 3


UNDONE = {  # what a camera does to the upright picture, so that the tag undoes it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def red_of(image: Image.Image, at: tuple[int, int]) -> int:
    pixel = image.getpixel(at)
    assert isinstance(pixel, tuple)
    return int(pixel[0])


def test_colours_of_a_profile_become_srgb() -> None:
    """Where light is linear a middle grey is a light one; where the primaries are swapped red is
    blue.
    """
    grey = Image.new("RGB", (40, 30), (128, 128, 128))
    assert 186 <= shown(grey, rgb_profile(gamma=1.0))[0] <= 190
    red = Image.new("RGB", (40, 30), (255, 0, 0))
    seen = shown(red, rgb_profile(gamma=2.2, red=BLUE, blue=RED))
    assert seen[2] > 250
    assert max(seen[:2]) < 5


def test_a_transparent_picture_with_a_profile_is_white_where_it_shows_nothing() -> None:
    image = Image.new("RGBA", (40, 30), (255, 0, 0, 0))
    assert shown(image, rgb_profile(gamma=1.0)) == (255, 255, 255)


@pytest.mark.parametrize(
    "profile", [b"p" * 200, rgb_profile(gamma=1.0)[:100], b"x" * 1_100_000, b"\0" * 128]
)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_profile_that_is_no_use_is_left_out_of_account(profile: bytes, mode: str) -> None:
    raw = file_of(Image.new("L", (40, 30), 128).convert(mode), "JPEG", icc_profile=profile)
    assert abs(red_of(opened(clean_photo(raw, expected_md5=None).jpeg), (20, 15)) - 128) <= 2


def test_a_profile_for_colours_costs_no_grey_photo() -> None:
    raw = file_of(Image.new("L", (40, 30), 128), "PNG", icc_profile=rgb_profile(gamma=1.0))
    assert abs(red_of(opened(clean_photo(raw, expected_md5=None).jpeg), (20, 15)) - 128) <= 2


def shown(image: Image.Image, profile: bytes) -> tuple[int, ...]:
    raw = file_of(image, "PNG", icc_profile=profile)
    pixel = opened(clean_photo(raw, expected_md5=None).jpeg).getpixel((20, 15))
    assert isinstance(pixel, tuple)
    return tuple(int(part) for part in pixel)


def test_of_a_cameras_several_pictures_the_first_is_kept() -> None:
    first, second = Image.new("RGB", (60, 40), "red"), Image.new("RGB", (60, 40), "blue")
    raw = file_of(first, "MPO", save_all=True, append_images=[second])
    assert Image.open(io.BytesIO(raw)).format == "MPO"
    assert red_of(opened(clean_photo(raw, expected_md5=None).jpeg), (30, 20)) > 230


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_any_animation_the_first_frame_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    raw = file_of(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    assert red_of(opened(clean_photo(raw, expected_md5=None).jpeg), (30, 20)) > 230


def test_a_progressive_jpeg_is_drawn_and_an_endless_one_is_not() -> None:
    raw = file_of(picture(600, 400), "JPEG", progressive=True)
    assert clean_photo(raw, expected_md5=None).width == 600
    last_scan = raw.rindex(b"\xff\xda")
    endless = raw[:-2] + 200 * raw[last_scan:-2] + raw[-2:]
    assert code_of(endless) == "too_many_scans"


@pytest.mark.parametrize("size", [(1, 1), (15, 400), (400, 15), (3, 5)])
def test_what_is_too_small_to_be_screened_is_refused(size: tuple[int, int]) -> None:
    assert code_of(file_of(picture(*size), "PNG")) == "too_few_pixels"


def test_a_very_long_picture_is_drawn_and_hashed() -> None:
    photo = clean_photo(file_of(picture(9000, 20), "PNG"), expected_md5=None)
    assert photo.width == 1200
    assert len(photo.likenesses) == 8


def test_an_md5_of_nothing_is_none() -> None:
    assert clean_photo(file_of(picture(), "PNG"), expected_md5=" ").width == 300


def test_many_decode_at_once_and_each_gets_its_own() -> None:
    raws = [file_of(picture(40 + n, 30), "PNG") for n in range(24)]
    with ThreadPoolExecutor(12) as pool:
        photos = list(pool.map(lambda raw: clean_photo(raw, expected_md5=None), raws))
    assert [photo.width for photo in photos] == [40 + n for n in range(24)]


@pytest.mark.filterwarnings("ignore")  # Pillow warns of much that is odd
@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]),
    edits=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), min_size=1, max_size=12),
    cut=st.integers(20, 5000),
)
def test_a_damaged_file_is_drawn_or_refused(
    kind: str, edits: list[tuple[int, int]], cut: int
) -> None:
    raw = bytearray(file_of(picture(60, 40), kind))
    for at, value in edits:
        raw[at % len(raw)] = value
    with suppress(PhotoRefused):
        photo = clean_photo(bytes(raw[:cut]), expected_md5=None, max_pixels=1_000_000)
        assert photo.jpeg.startswith(b"\xff\xd8")
