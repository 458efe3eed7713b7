"""Pictures made safe to embed: SVG without scripts, links and clashing ids; sizes; PNG copies."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
MM_PER_INCH = 25.4
SCREEN_DPI = 96.0
MM_PER_PIXEL = MM_PER_INCH / SCREEN_DPI
MM_PER_UNIT = {"": MM_PER_PIXEL, "px": MM_PER_PIXEL, "pt": MM_PER_INCH / 72, "mm": 1.0,
               "cm": 10.0, "in": MM_PER_INCH}  # fmt: skip
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_ALLOWED_NAMES = (
    "svg g a defs symbol use path rect circle ellipse line polyline polygon switch "
    "text tspan textPath style "
    "image clipPath mask pattern marker linearGradient radialGradient stop filter feBlend "
    "feColorMatrix feComposite feFlood feGaussianBlur feMerge feMergeNode feOffset"
)
_ALLOWED = frozenset(_ALLOWED_NAMES.split())
# A link has no meaning inside a picture: its content stays, the link goes.
_RENAMED = {"a": "g"}
_PLAIN_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
_DATA_PICTURE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]*\Z")
_INNER_URL = re.compile(r"url\(\s*['\"]?#([^)'\"\s]+)['\"]?\s*\)")
_CSS_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def safe_svg(svg: str, prefix: str, *, namespace: bool = True) -> str:
    """Rewrite an SVG so that it can stand inside any document.

    Parameters
    ----------
    svg : str
        A whole SVG document.
    prefix : str
        Begins every id, so that several pictures in one page do not collide. The rest of an id
        is its number in the file: drawing programs like to make ids at random.
    namespace : bool
        Write ``xmlns`` (a file of its own) or leave it out (inside HTML).

    Returns
    -------
    str
        Only drawing elements are kept: no script, event handler, metadata, foreign object or
        reference out of the picture; style rules apply inside the picture only. An empty string
        if the text is not an SVG.
    """
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError:
        return ""
    if _local(root.tag) != "svg":
        return ""
    if "viewBox" not in root.attrib and (size := _units(root)):
        root.set("viewBox", f"0 0 {size[0]:g} {size[1]:g}")
    root.set("id", root.get("id", "picture"))
    ids = _Ids.of(root, prefix)
    for name in ("width", "height") if not namespace else ():
        root.attrib.pop(name, None)
    return "".join(_written(root, ids, f' xmlns="{SVG_NAMESPACE}"' if namespace else ""))


def svg_size_mm(svg: str) -> tuple[float, float] | None:
    """Width and height of an SVG in millimetres, ``None`` if it does not say."""
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError:
        return None
    lengths = [_length_mm(root.get(name, "")) for name in ("width", "height")]
    if lengths[0] and lengths[1]:
        return lengths[0], lengths[1]
    units = _units(root)
    return (units[0] * MM_PER_UNIT["px"], units[1] * MM_PER_UNIT["px"]) if units else None


def png_size(png: bytes) -> tuple[int, int] | None:
    """Width and height in pixels from the PNG header, ``None`` if it is not a PNG."""
    if not png.startswith(PNG_SIGNATURE) or png[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def png_dpi(png: bytes) -> float:
    """Resolution that the PNG states for itself; 96 if it states none."""
    start = png.find(b"pHYs", 0, png.find(b"IDAT"))
    if start < 0:
        return SCREEN_DPI
    per_metre, _, unit = struct.unpack(">IIB", png[start + 4 : start + 13])
    return per_metre * MM_PER_INCH / 1000 if unit == 1 and per_metre else SCREEN_DPI


def decode_png(png_base64: str) -> bytes:
    """The bytes of a base64 PNG; empty if it is not one."""
    try:
        data = base64.b64decode(png_base64)
    except (binascii.Error, ValueError):
        return b""
    return data if png_size(data) else b""


def svg_around_png(png: bytes, width_mm: float, height_mm: float) -> str:
    """An SVG that holds nothing but the PNG, for a writer that takes SVG text only."""
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<svg xmlns="{SVG_NAMESPACE}" width="{width_mm}mm" height="{height_mm}mm" '
        f'viewBox="0 0 {width_mm} {height_mm}"><image width="{width_mm}" height="{height_mm}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{data}"/></svg>'
    )


@dataclass(frozen=True)
class _Ids:
    """The new ids of one picture: its own is ``prefix-0``."""

    prefix: str
    numbers: Mapping[str, int]

    @classmethod
    def of(cls, root: ElementTree.Element, prefix: str) -> _Ids:
        found = dict.fromkeys(e.attrib["id"] for e in root.iter() if "id" in e.attrib)
        return cls(prefix, {old: number for number, old in enumerate(found)})

    def new(self, old: str) -> str:
        return f"{self.prefix}-{self.numbers.get(old, 'none')}"


def _local(tag: str) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _written(element: ElementTree.Element, ids: _Ids, namespace: str = "") -> Iterator[str]:
    tag = _local(element.tag)
    if tag not in _ALLOWED:
        return
    tag = _RENAMED.get(tag, tag)
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in _attributes(element, ids))
    yield f"<{tag}{namespace}{attributes}>"
    if tag == "style":
        yield escape(_scoped_css(element.text or "", ids))
    else:
        yield escape(element.text or "")
        for child in element:
            yield from _written(child, ids)
            yield escape(child.tail or "")
    yield f"</{tag}>"


def _attributes(element: ElementTree.Element, ids: _Ids) -> Iterator[tuple[str, str]]:
    linked = False
    for name, value in element.attrib.items():
        local = _local(name)
        if not _PLAIN_ATTRIBUTE.match(local) or local.lower().startswith("on"):
            continue
        if local == "href":
            # Old files give both href and xlink:href; one is enough, two are malformed.
            if not linked and (safe := _safe_reference(element, value, ids)):
                linked = True
                yield "href", safe
        elif name != local:
            continue
        elif local == "id":
            yield "id", ids.new(value)
        elif (kept := _safe_value(value, ids)) is not None:
            yield local, kept


def _safe_reference(element: ElementTree.Element, value: str, ids: _Ids) -> str:
    if _local(element.tag) == "a":
        return ""
    if value.startswith("#"):
        return f"#{ids.new(value[1:])}"
    return value if _DATA_PICTURE.match(value) else ""


def _safe_value(value: str, ids: _Ids) -> str | None:
    rewritten = _INNER_URL.sub(lambda m: f"url(#{ids.new(m[1])})", value)
    rest = _INNER_URL.sub("", value).lower()
    if "\\" in rest or any(word in rest for word in ("url(", "script:", "http", "@import")):
        return None
    return rewritten


def _scoped_css(css: str, ids: _Ids) -> str:
    """Keep plain rules and bind them to this picture: a page has one set of styles for all."""
    rules = []
    bare = re.sub(r"/\*.*?\*/|@[^;{}]*;", "", css, flags=re.DOTALL)
    for selectors, body in _CSS_RULE.findall(bare):
        declarations = _safe_value(body.strip(), ids)
        if declarations is None or "@" in selectors:
            continue
        own = re.sub(r"#([\w-]+)", lambda m: f"#{ids.new(m[1])}", selectors)
        scoped = ", ".join(f"#{ids.prefix}-0 {s.strip()}" for s in own.split(",") if s.strip())
        rules.append(f"{scoped} {{{declarations}}}")
    return "\n".join(rules)


def _units(root: ElementTree.Element) -> tuple[float, float] | None:
    """Width and height in the units of the drawing."""
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    stated = [re.sub(r"[a-z%]+\Z", "", root.get(name, "")) for name in ("width", "height")]
    try:
        width, height = (float(n) for n in (box[2:] or stated))
    except ValueError:
        return None
    return (width, height) if width > 0 and height > 0 else None


def _length_mm(text: str) -> float | None:
    match = re.fullmatch(r"\s*([0-9.]+)\s*([a-z]*)\s*", text)
    if not match or match[2] not in MM_PER_UNIT:
        return None
    try:
        return float(match[1]) * MM_PER_UNIT[match[2]]
    except ValueError:
        return None
