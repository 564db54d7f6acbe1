"""Draws gridwright.svg in the sizes and containers that the systems want. Run after the SVG changed.

python resources/icons/draw_icons.py    writes gridwright.png (256 px), gridwright.ico and gridwright.icns beside it
"""

import struct
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRectF
from PySide6.QtGui import QColorConstants, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).resolve().parent
NAME = "gridwright"
WINDOWS_SIZES = (16, 24, 32, 48, 64, 128, 256)
#: Apple's four letters for a PNG of a size in px.
APPLE_KINDS = {128: b"ic07", 256: b"ic08", 512: b"ic09", 1024: b"ic10"}


def png(renderer: QSvgRenderer, size_px: int) -> bytes:
    """The picture as a PNG file."""
    image = QImage(size_px, size_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColorConstants.Transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, b"PNG")
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon: a header, one entry of 16 bytes per picture, the pictures."""
    offset = 6 + 16 * len(pictures)
    entries, body = b"", b""
    for size_px, picture in pictures.items():
        # A byte holds the size, and 0 stands for 256.
        entries += struct.pack("<BBBBHHII", size_px % 256, size_px % 256, 0, 0, 1, 32, len(picture), offset + len(body))
        body += picture
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + body


def icns(pictures: dict[bytes, bytes]) -> bytes:
    """A macOS icon: chunks of four letters, their length with this header, a PNG."""
    body = b"".join(kind + struct.pack(">I", 8 + len(picture)) + picture for kind, picture in pictures.items())
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def main() -> int:
    """Write all three."""
    app = QGuiApplication([sys.argv[0], "-platform", "offscreen"])
    renderer = QSvgRenderer(str(FOLDER / f"{NAME}.svg"))
    if not renderer.isValid():
        print(f"{NAME}.svg cannot be read.", file=sys.stderr)
        return 1
    (FOLDER / f"{NAME}.png").write_bytes(png(renderer, 256))
    (FOLDER / f"{NAME}.ico").write_bytes(ico({size_px: png(renderer, size_px) for size_px in WINDOWS_SIZES}))
    (FOLDER / f"{NAME}.icns").write_bytes(icns({kind: png(renderer, size) for size, kind in APPLE_KINDS.items()}))
    app.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
