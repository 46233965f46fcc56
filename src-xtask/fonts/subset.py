"""Makes assets/fonts from Debian's packages. Run by hand when a font or what is kept of it changes; never by a build.

    apt-get install fonts-noto-cjk; pip install fonttools; apt-get download fonts-noto-core fonts-hanazono unicode-data
    (each of the three unpacked with `dpkg-deb -x NAME.deb UNPACKED`); zstd for the last step
    python3 src-xtask/fonts/subset.py UNPACKED assets/fonts
"""

import bz2
import subprocess
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

UNPACKED, OUT = Path(sys.argv[1]), Path(sys.argv[2])
CJK = Path("/usr/share/fonts/opentype/noto")
NOTO = UNPACKED / "usr/share/fonts/truetype/noto"


def spans(*ends):
    return {sign for first, last in ends for sign in range(first, last + 1)}


# Latin, Greek, Cyrillic, punctuation, arrows, circled figures, boxes, units, kana, full-width signs.
SIGNS = spans((0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x45F), (0x2000, 0x206F), (0x2100, 0x27BF), (0x3000, 0x33FF),
              (0xFE30, 0xFE4F), (0xFF00, 0xFFEF))


def han(signs):
    return {sign for sign in signs if 0x3400 <= sign <= 0x9FFF or 0xF900 <= sign <= 0xFAFF or sign >= 0x20000}


def everyday():
    """通用规范汉字表, all 8,105, and GB 2312: what the words of forms and most names are written with."""
    table = UNPACKED / "usr/share/unicode/Unihan_OtherMappings.txt.bz2"
    lines = (line.split("\t") for line in bz2.open(table, "rt", encoding="utf8") if "\tkTGH\t" in line)
    signs = {int(line[0][2:], 16) for line in lines}
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                signs.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                pass
    return signs


def cut(font, keep, out, layout):
    options = subset.Options()
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.hinting = False
    # Nothing is set in columns by these fonts, and digits and signs keep the widths they have.
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG", "FFTM"] + ([] if layout else ["GPOS", "GSUB"])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=keep)
    cutter.subset(font)
    font.save(out)
    print(out.name, len(font.getBestCmap()), "signs", out.stat().st_size, "bytes")


def chinese(file, name):
    return next(font for font in TTCollection(CJK / file, lazy=True).fonts if font["name"].getDebugName(4) == name)


song = chinese("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC")
in_song = set(song.getBestCmap())
cut(song, SIGNS | han(in_song), OUT / "song.otf", layout=False)
cut(chinese("NotoSerifCJK-Bold.ttc", "Noto Serif CJK SC Bold"), SIGNS | everyday(), OUT / "song-bold.otf", layout=False)
cut(chinese("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"), SIGNS | everyday(), OUT / "hei.otf", layout=False)

# What Song lacks of other letters: the rest of Latin, and the Cyrillic of Mongolian.
latin = TTFont(NOTO / "NotoSerif-Regular.ttf")
others = spans((0x180, 0x24F), (0x2B0, 0x36F), (0x400, 0x52F), (0x1E00, 0x1EFF), (0x2060, 0x2060))
cut(latin, others - in_song, OUT / "latin.ttf", layout=True)

mongolian = TTFont(NOTO / "NotoSansMongolian-Regular.ttf")
cut(mongolian, set(mongolian.getBestCmap()), OUT / "mongolian.ttf", layout=True)

# GB 18030-2022 level 3: extensions B to F. Read only when a name needs it, so it lies packed.
rare = TTFont(UNPACKED / "usr/share/fonts/truetype/hanazono/HanaMinB.ttf")
cut(rare, {sign for sign in rare.getBestCmap() if sign >= 0x20000} - in_song, OUT / "rare.ttf", layout=False)
subprocess.run(["zstd", "-19", "--rm", "-f", "-q", str(OUT / "rare.ttf")], check=True)
