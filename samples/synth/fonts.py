"""Registry of the printing faces the synthetic samples are rendered with.

Every face is a file of a Debian package named in ``apt-packages.txt``.  A face's
``split`` says who may learn from it:

* ``a`` / ``b``  only recogniser A / only recogniser B,
* ``both``       both recognisers (OCR-B is the nominal face, so it is here),
* ``heldout``    nobody: these measure how the recognisers do on unseen print.

Faces of one design stay on one side of the held-out line: Arimo is Liberation
Sans under another name, Takao is IPA, Carlito is Lato, and so on.  ``family``
names the design, and importing this module fails if a held-out design is trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path("/usr/share/fonts")
"""Where Debian installs faces."""

GROUPS = ("ocr", "mono", "sans", "serif", "ja-gothic", "ja-mincho")
SPLITS = ("a", "b", "both", "heldout")


@dataclass(frozen=True)
class Face:
    """One printing face: where it is, under which licence, and who may learn from it."""

    name: str
    file: str
    package: str
    licence: str
    group: str
    split: str
    family: str
    japanese: bool = False
    index: int = 0
    weight: float = 1.0

    @property
    def path(self) -> Path:
        """Absolute path of the face's file."""
        return ROOT / self.file


_OFL, _GPL, _IPA, _APACHE = "OFL-1.1", "GPL with font exception", "IPA", "Apache-2.0"
_FREE = "permissive, see the package's copyright file"

# (family, package, licence, group, split, japanese, weight, {name: file[#index]})
_TABLE: tuple[tuple[str, str, str, str, str, bool, float, dict[str, str]], ...] = (
    ("OCR-B", "fonts-ocr-b", _FREE, "ocr", "both", False, 9.0, {
        "OCR-B": "opentype/ocr-b/OCRB.otf",
        "OCR-B L": "opentype/ocr-b/OCRBL.otf",
        "OCR-B S": "opentype/ocr-b/OCRBS.otf",
    }),
    ("OCR-A", "fonts-ocr-a", _FREE, "ocr", "both", False, 0.5, {
        "OCR-A": "truetype/ocr-a/OCRA.ttf",
        "OCR-A Bold": "truetype/ocr-a/OCRABold.ttf",
    }),
    # monospaced
    ("Vera Mono", "fonts-dejavu-core", _FREE, "mono", "both", False, 1.0, {
        "DejaVu Sans Mono": "truetype/dejavu/DejaVuSansMono.ttf",
        "DejaVu Sans Mono Bold": "truetype/dejavu/DejaVuSansMono-Bold.ttf",
    }),
    ("Vera Mono", "fonts-hack", _FREE, "mono", "a", False, 1.0, {
        "Hack": "truetype/hack/Hack-Regular.ttf",
    }),
    ("Cousine", "fonts-liberation2", _OFL, "mono", "both", False, 1.0, {
        "Liberation Mono": "truetype/liberation2/LiberationMono-Regular.ttf",
        "Liberation Mono Bold": "truetype/liberation2/LiberationMono-Bold.ttf",
        "Liberation Mono Italic": "truetype/liberation2/LiberationMono-Italic.ttf",
    }),
    ("Inconsolata", "fonts-inconsolata", _OFL, "mono", "a", False, 1.0, {
        "Inconsolata": "truetype/inconsolata/Inconsolata.otf",
    }),
    ("JetBrains Mono", "fonts-jetbrains-mono", _OFL, "mono", "b", False, 1.0, {
        "JetBrains Mono": "truetype/jetbrains-mono/JetBrainsMono-Regular.ttf",
        "JetBrains Mono Bold": "truetype/jetbrains-mono/JetBrainsMono-Bold.ttf",
    }),
    ("Anonymous Pro", "fonts-anonymous-pro", _OFL, "mono", "a", False, 1.0, {
        "Anonymous Pro": "truetype/anonymous-pro/Anonymous Pro.ttf",
    }),
    ("Courier", "fonts-urw-base35", "AGPL-3 with font exception", "mono", "both", False, 1.5, {
        "Nimbus Mono PS": "opentype/urw-base35/NimbusMonoPS-Regular.otf",
        "Nimbus Mono PS Bold": "opentype/urw-base35/NimbusMonoPS-Bold.otf",
    }),
    ("Courier", "fonts-freefont-ttf", _GPL, "mono", "b", False, 1.0, {
        "FreeMono": "truetype/freefont/FreeMono.ttf",
        "FreeMono Bold": "truetype/freefont/FreeMonoBold.ttf",
    }),
    ("Go Mono", "fonts-go", _FREE, "mono", "b", False, 1.0, {
        "Go Mono": "fonts-go/Go-Mono.ttf",
    }),
    ("PT Mono", "fonts-paratype", _OFL, "mono", "a", False, 1.0, {
        "PT Mono": "truetype/paratype/PTM55F.ttf",
    }),
    ("Mononoki", "fonts-mononoki", _OFL, "mono", "b", False, 0.7, {
        "Mononoki": "truetype/mononoki/mononoki-Regular.ttf",
    }),
    ("3270", "fonts-3270", _FREE, "mono", "a", False, 0.7, {
        "IBM 3270": "truetype/3270/3270-Regular.ttf",
    }),
    ("D2Coding", "fonts-naver-d2coding", _OFL, "mono", "b", False, 0.7, {
        "D2Coding": "truetype/naver-d2coding/D2Coding-Ver1.3.2-20180524-all.ttc",
    }),
    ("Tlwg Mono", "fonts-tlwg-mono-ttf", _GPL, "mono", "a", False, 0.7, {
        "Tlwg Mono": "truetype/tlwg/TlwgMono.ttf",
    }),
    ("Fira Mono", "fonts-firacode", _OFL, "mono", "heldout", False, 1.0, {
        "Fira Code": "truetype/firacode/FiraCode-Regular.ttf",
        "Fira Code Bold": "truetype/firacode/FiraCode-Bold.ttf",
    }),
    ("Courier Prime", "fonts-courier-prime", _OFL, "mono", "heldout", False, 1.0, {
        "Courier Prime": "opentype/courier-prime/Courier Prime.otf",
    }),
    ("B612", "fonts-b612", _OFL, "mono", "heldout", False, 1.0, {
        "B612 Mono": "opentype/b612/B612Mono-Regular.otf",
        "B612": "opentype/b612/B612-Regular.otf",
    }),
    # sans
    ("Helvetica", "fonts-liberation2", _OFL, "sans", "both", False, 1.5, {
        "Liberation Sans": "truetype/liberation2/LiberationSans-Regular.ttf",
        "Liberation Sans Bold": "truetype/liberation2/LiberationSans-Bold.ttf",
        "Liberation Sans Italic": "truetype/liberation2/LiberationSans-Italic.ttf",
    }),
    ("Helvetica", "fonts-urw-base35", "AGPL-3 with font exception", "sans", "a", False, 1.0, {
        "Nimbus Sans": "opentype/urw-base35/NimbusSans-Regular.otf",
        "Nimbus Sans Narrow": "opentype/urw-base35/NimbusSansNarrow-Regular.otf",
    }),
    ("Helvetica", "fonts-freefont-ttf", _GPL, "sans", "b", False, 1.0, {
        "FreeSans": "truetype/freefont/FreeSans.ttf",
        "FreeSans Bold": "truetype/freefont/FreeSansBold.ttf",
    }),
    ("Vera Sans", "fonts-dejavu-core", _FREE, "sans", "a", False, 1.0, {
        "DejaVu Sans": "truetype/dejavu/DejaVuSans.ttf",
        "DejaVu Sans Bold": "truetype/dejavu/DejaVuSans-Bold.ttf",
    }),
    ("Vera Sans", "fonts-dejavu-extra", _FREE, "sans", "b", False, 1.0, {
        "DejaVu Sans Condensed": "truetype/dejavu/DejaVuSansCondensed.ttf",
    }),
    ("Avant Garde", "fonts-urw-base35", "AGPL-3 with font exception", "sans", "b", False, 0.7, {
        "URW Gothic": "opentype/urw-base35/URWGothic-Book.otf",
    }),
    ("Lato", "fonts-lato", _OFL, "sans", "a", False, 1.0, {
        "Lato": "truetype/lato/Lato-Regular.ttf",
        "Lato Bold": "truetype/lato/Lato-Bold.ttf",
    }),
    ("Lato", "fonts-crosextra-carlito", _OFL, "sans", "b", False, 1.0, {
        "Carlito": "truetype/crosextra/Carlito-Regular.ttf",
    }),
    ("Roboto", "fonts-roboto-unhinted", _APACHE, "sans", "b", False, 1.0, {
        "Roboto": "truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
        "Roboto Bold": "truetype/roboto/unhinted/RobotoTTF/Roboto-Bold.ttf",
        "Roboto Condensed": "truetype/roboto/unhinted/RobotoCondensed-Regular.ttf",
    }),
    ("Inter", "fonts-inter", _OFL, "sans", "a", False, 1.0, {
        "Inter": "opentype/inter/Inter-Regular.otf",
        "Inter Light": "opentype/inter/Inter-Light.otf",
    }),
    ("PT Sans", "fonts-paratype", _OFL, "sans", "b", False, 1.0, {
        "PT Sans": "truetype/paratype/PTS55F.ttf",
    }),
    ("Go", "fonts-go", _FREE, "sans", "a", False, 0.7, {
        "Go": "fonts-go/Go-Regular.ttf",
        "Go Bold": "fonts-go/Go-Bold.ttf",
    }),
    ("Cantarell", "fonts-cantarell", _OFL, "sans", "b", False, 0.7, {
        "Cantarell": "opentype/cantarell/Cantarell-Regular.otf",
    }),
    ("Play", "fonts-play", _OFL, "sans", "a", False, 0.5, {
        "Play": "truetype/play/Play-Regular.ttf",
    }),
    ("Tuffy", "fonts-tuffy", "public domain", "sans", "b", False, 0.5, {
        "Tuffy": "truetype/tuffy/Tuffy.ttf",
    }),
    ("Open Sans", "fonts-open-sans", _APACHE, "sans", "heldout", False, 1.0, {
        "Open Sans": "truetype/open-sans/OpenSans-Regular.ttf",
        "Open Sans Semibold": "truetype/open-sans/OpenSans-Semibold.ttf",
    }),
    ("Clear Sans", "fonts-clear-sans", _APACHE, "sans", "heldout", False, 1.0, {
        "Clear Sans": "truetype/clear-sans/ClearSans-Regular.ttf",
    }),
    # serif
    ("Times", "fonts-liberation2", _OFL, "serif", "both", False, 1.0, {
        "Liberation Serif": "truetype/liberation2/LiberationSerif-Regular.ttf",
        "Liberation Serif Bold": "truetype/liberation2/LiberationSerif-Bold.ttf",
    }),
    ("Times", "fonts-freefont-ttf", _GPL, "serif", "b", False, 0.7, {
        "FreeSerif": "truetype/freefont/FreeSerif.ttf",
    }),
    ("Vera Serif", "fonts-dejavu-core", _FREE, "serif", "a", False, 0.7, {
        "DejaVu Serif": "truetype/dejavu/DejaVuSerif.ttf",
    }),
    ("Century Schoolbook", "fonts-urw-base35", "AGPL-3 with font exception", "serif", "b", False, 0.7, {
        "C059": "opentype/urw-base35/C059-Roman.otf",
    }),
    ("Palatino", "fonts-urw-base35", "AGPL-3 with font exception", "serif", "a", False, 0.7, {
        "P052": "opentype/urw-base35/P052-Roman.otf",
    }),
    ("Bookman", "fonts-urw-base35", "AGPL-3 with font exception", "serif", "b", False, 0.7, {
        "URW Bookman": "opentype/urw-base35/URWBookman-Light.otf",
    }),
    ("Roboto Slab", "fonts-roboto-slab", _APACHE, "serif", "a", False, 0.7, {
        "Roboto Slab": "opentype/roboto/slab/RobotoSlab-Regular.otf",
    }),
    ("Cambria", "fonts-crosextra-caladea", _APACHE, "serif", "b", False, 0.7, {
        "Caladea": "truetype/crosextra/Caladea-Regular.ttf",
    }),
    ("Charter", "fonts-sil-charis", _OFL, "serif", "heldout", False, 1.0, {
        "Charis SIL": "truetype/charis/CharisSIL-Regular.ttf",
    }),
    ("Libertine", "fonts-linuxlibertine", _OFL, "serif", "heldout", False, 1.0, {
        "Linux Libertine": "opentype/linux-libertine/LinLibertine_R.otf",
    }),
    # Japanese
    ("IPA Gothic", "fonts-ipaexfont-gothic", _IPA, "ja-gothic", "both", True, 1.5, {
        "IPAex Gothic": "opentype/ipaexfont-gothic/ipaexg.ttf",
    }),
    ("IPA Gothic", "fonts-ipafont-gothic", _IPA, "ja-gothic", "a", True, 1.0, {
        "IPA Gothic": "opentype/ipafont-gothic/ipag.ttf",
    }),
    ("IPA Gothic", "fonts-takao-gothic", _IPA, "ja-gothic", "b", True, 1.0, {
        "Takao PGothic": "truetype/takao-gothic/TakaoPGothic.ttf",
    }),
    ("IPA Mincho", "fonts-ipaexfont-mincho", _IPA, "ja-mincho", "both", True, 1.5, {
        "IPAex Mincho": "opentype/ipaexfont-mincho/ipaexm.ttf",
    }),
    ("IPA Mincho", "fonts-ipafont-mincho", _IPA, "ja-mincho", "b", True, 1.0, {
        "IPA Mincho": "opentype/ipafont-mincho/ipam.ttf",
    }),
    ("IPA Mincho", "fonts-takao-mincho", _IPA, "ja-mincho", "a", True, 1.0, {
        "Takao PMincho": "truetype/takao-mincho/TakaoPMincho.ttf",
    }),
    ("M+", "fonts-vlgothic", _FREE, "ja-gothic", "both", True, 1.0, {
        "VL Gothic": "truetype/vlgothic/VL-Gothic-Regular.ttf",
    }),
    ("M+", "fonts-mplus", _OFL, "ja-gothic", "a", True, 1.0, {
        "M PLUS 1": "opentype/mplus/Mplus1-Regular.otf",
        "M PLUS 1 Code": "opentype/mplus/Mplus1Code-Regular.otf",
    }),
    ("M+", "fonts-migmix", _IPA, "ja-gothic", "b", True, 1.0, {
        "MigMix 1M": "truetype/migmix/migmix-1m-regular.ttf",
    }),
    ("BIZ UD Gothic", "fonts-morisawa-bizud-gothic", _OFL, "ja-gothic", "both", True, 1.5, {
        "BIZ UDGothic": "truetype/bizud-gothic/BIZUDGothic-Regular.ttf",
        "BIZ UDGothic Bold": "truetype/bizud-gothic/BIZUDGothic-Bold.ttf",
    }),
    ("BIZ UD Mincho", "fonts-morisawa-bizud-mincho", _OFL, "ja-mincho", "both", True, 1.0, {
        "BIZ UDMincho": "truetype/bizud-mincho/BIZUDMincho-Regular.ttf",
    }),
    ("Source Han Sans", "fonts-noto-cjk", _OFL, "ja-gothic", "both", True, 1.0, {
        "Noto Sans CJK JP": "opentype/noto/NotoSansCJK-Regular.ttc#0",
        "Noto Sans CJK JP Bold": "opentype/noto/NotoSansCJK-Bold.ttc#0",
    }),
    ("Ume Gothic", "fonts-horai-umefont", _FREE, "ja-gothic", "a", True, 0.7, {
        "Ume Gothic": "truetype/horai-umefont/ume-tgo4.ttf",
    }),
    ("Ume Mincho", "fonts-horai-umefont", _FREE, "ja-mincho", "b", True, 0.7, {
        "Ume Mincho": "truetype/horai-umefont/ume-tmo3.ttf",
    }),
    ("Sawarabi Gothic", "fonts-sawarabi-gothic", _OFL, "ja-gothic", "b", True, 0.7, {
        "Sawarabi Gothic": "truetype/sawarabi-gothic/sawarabi-gothic-medium.ttf",
    }),
    ("Motoya Cedar", "fonts-motoya-l-cedar", _APACHE, "ja-gothic", "heldout", True, 1.0, {
        "Motoya L Cedar": "truetype/motoya-l-cedar/MTLc3m.ttf",
    }),
    ("Sawarabi Mincho", "fonts-sawarabi-mincho", _OFL, "ja-mincho", "heldout", True, 1.0, {
        "Sawarabi Mincho": "truetype/sawarabi-mincho/sawarabi-mincho-medium.ttf",
    }),
    ("Source Han Serif", "fonts-noto-cjk", _OFL, "ja-mincho", "heldout", True, 1.0, {
        "Noto Serif CJK JP": "opentype/noto/NotoSerifCJK-Regular.ttc#0",
    }),
)


def _faces() -> tuple[Face, ...]:
    faces = []
    for family, package, licence, group, split, japanese, weight, files in _TABLE:
        for name, file in files.items():
            path, _, index = file.partition("#")
            faces.append(Face(name, path, package, licence, group, split, family,
                              japanese, int(index or 0), weight / len(files)))
    return tuple(faces)


FACES: tuple[Face, ...] = _faces()


def by_name(name: str) -> Face:
    """The face called `name`."""
    return next(face for face in FACES if face.name == name)


def for_model(model: str) -> tuple[Face, ...]:
    """Faces that recogniser `model` (``"a"`` or ``"b"``) may be trained on."""
    return tuple(face for face in FACES if face.split in (model, "both"))


def trained() -> tuple[Face, ...]:
    """Every face some recogniser is trained on."""
    return tuple(face for face in FACES if face.split != "heldout")


def heldout() -> tuple[Face, ...]:
    """Faces no recogniser is trained on."""
    return tuple(face for face in FACES if face.split == "heldout")


def japanese(split: str | None = None) -> tuple[Face, ...]:
    """Faces with kana and kanji; `split` ``"heldout"`` or ``"trained"`` narrows them."""
    pools = {None: FACES, "heldout": heldout(), "trained": trained()}
    return tuple(face for face in pools[split] if face.japanese)


@lru_cache(maxsize=512)
def load(face: Face, size: int):  # -> PIL.ImageFont.FreeTypeFont
    """The face as a PIL font at `size` pixels per em."""
    from PIL import ImageFont

    return ImageFont.truetype(str(face.path), size, index=face.index)


if {face.family for face in heldout()} & {face.family for face in trained()}:
    raise ValueError("a held-out design is trained under another name")


def packages() -> tuple[str, ...]:
    """Debian packages the registry needs, sorted."""
    return tuple(sorted({face.package for face in FACES}))
